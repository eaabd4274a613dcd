// The cases of site, fit and prior, each in one place.
#include "nn/barrier/barrier_objective.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/run/lambda_schedule.h"
#include "nn/barrier/positions.h"
#include "nn/barrier/stage_sigma.h"
#include "nn/barrier/stage_terms.h"

namespace marginscope {
namespace {

void accumulate(at::Tensor& sum, const at::Tensor& term) {
    sum = sum.defined() ? sum + term : term;
}

/// The batch RMS that the barrier's own stage reads u at; 0: as it is. E17 needs one, because the
/// energy would shrink the embeddings to nothing.
double own_input_rms(const RunConfig& config) {
    const bool full = config.barrier.prior == BarrierPrior::full;
    return full && config.stage.input_rms == 0.0 ? 1.0 : config.stage.input_rms;
}

/// u as the stage reads it, by its batch; the scale is kept for those who read token by token.
at::Tensor read_by(EmbeddingStage& stage, const at::Tensor& u, double rms) {
    if (rms == 0.0) return u;
    const at::Tensor scale = input_scale(u, rms);
    stage.input_scale.copy_(scale.detach());
    return u * scale;
}

double energy_weight(const BarrierConfig& config) {
    if (config.prior == BarrierPrior::margin) return 0.0;
    return config.lambda_energy >= 0.0 ? config.lambda_energy : config.lambda;
}

/// tr Cov of each sequence's embeddings, the mean over sequences: u (N, T, d).
at::Tensor covariance_trace(const at::Tensor& u) {
    return (u - u.mean(1, true)).square().sum(2).mean();
}

// Streams of draws, one for each stage and layer.
constexpr std::uint64_t kLiveStream = 0;
constexpr std::uint64_t kOwnStream = 1;
constexpr std::uint64_t kFirstLayerStream = 2;

DrawKey draw_key(const RunConfig& config, DrawPurpose purpose, const BarrierSample& sample,
                 std::uint64_t stream) {
    return {static_cast<std::uint64_t>(config.train.seed), purpose,
            static_cast<std::uint64_t>(sample.step), stream, 0};
}

/// Undefined where all carry the barrier.
at::Tensor chosen_positions(const RunConfig& config, const BarrierSample& sample,
                            std::uint64_t stream, std::int64_t rows, std::int64_t time) {
    if (sample.position_share >= 1.0) return {};
    return drawn_positions(rows, time, sample.position_share,
                           draw_key(config, DrawPurpose::barrier_positions, sample, stream));
}

/// What the config says of estimators, for a stage over u.
StageTermsSettings settings_for(const RunConfig& config, const BarrierSample& sample,
                                std::uint64_t stream, const at::Tensor& u) {
    const BarrierConfig& barrier = config.barrier;
    StageTermsSettings settings;
    settings.cap = barrier.cap;
    settings.positions = chosen_positions(config, sample, stream, u.size(0), u.size(1));
    if (barrier.estimator == BarrierEstimator::truncated) settings.most_attended = barrier.attended;
    if (barrier.estimator == BarrierEstimator::lanczos)
        settings.lanczos =
            LanczosSettings{barrier.probes, barrier.lanczos_steps,
                            draw_key(config, DrawPurpose::barrier_probes, sample, stream)};
    return settings;
}

std::vector<at::Tensor> head_positions(const RunConfig& config, const BarrierSample& sample,
                                       std::int64_t layers, std::int64_t heads, std::int64_t time) {
    std::vector<at::Tensor> all;
    if (sample.position_share >= 1.0) return all;
    for (std::int64_t layer = 0; layer < layers; ++layer)
        all.push_back(chosen_positions(config, sample,
                                       kFirstLayerStream + static_cast<std::uint64_t>(layer),
                                       sample.count * heads, time));
    return all;
}

BarrierTerms heads_terms(const Model& model, const Tap& tap, const BarrierSample& sample,
                         std::int64_t time) {
    const ModelConfig& shape = model.gpt.shape();
    return heads_barrier(model.gpt, tap, sample.count, model.config.barrier.cap,
                         head_positions(model.config, sample, shape.layers, shape.heads, time));
}

/// -(E4) in the stage's parameters; the model gets what the settings' factors leave of the barrier
/// and the energy.
BarrierTerms likelihood_terms(EmbeddingStage& stage, const StageConfig& config, const at::Tensor& x,
                              const StageTermsSettings& settings, at::Tensor& loss) {
    const StageTerms terms = stage_terms(x, stage.w_q, stage.w_k, settings);
    accumulate(loss,
               terms.barrier.barrier + energy_under_sigma(stage, config, x, terms.residual_square));
    return terms.barrier;
}

/// A stage of the barrier's own: projected, penalised, or under the full prior.
BarrierTerms own_stage_terms(EmbeddingStage& stage, const RunConfig& config, const at::Tensor& u,
                             const BarrierSample& sample, at::Tensor& loss) {
    const BarrierConfig& barrier = config.barrier;
    const double lambda_energy = energy_weight(barrier);
    const at::Tensor scaled = read_by(stage, u, own_input_rms(config));
    StageTermsSettings settings = settings_for(config, sample, kOwnStream, scaled);
    if (config.stage.fit == StageFit::likelihood) {
        // W_P stays where it is: densities of different projections cannot be compared.
        const at::Tensor x =
            stage.w_p.defined() ? at::matmul(scaled, stage.w_p.detach().transpose(0, 1)) : scaled;
        settings.barrier_factor = barrier.lambda;
        settings.energy_factor = lambda_energy;
        return likelihood_terms(stage, config.stage, x, settings, loss);
    }
    const bool idle = barrier.lambda == 0.0 && lambda_energy == 0.0;
    at::AutoGradMode gradients(!idle);
    settings.energy_factor = lambda_energy > 0.0 ? 1.0 : 0.0;
    const at::Tensor x = stage.project(scaled);
    const StageTerms terms = stage_terms(x, stage.w_q, stage.w_k, settings);
    if (idle) return terms.barrier;
    accumulate(loss, barrier.lambda * terms.barrier.barrier);
    if (lambda_energy > 0.0)
        accumulate(loss, lambda_energy *
                             energy_under_sigma(stage, config.stage, x, terms.residual_square));
    return terms.barrier;
}

/// What the stage that carries the barrier reads.
at::Tensor stage_input(const Model& model, const at::Tensor& u) {
    const double rms = model.barrier ? own_input_rms(model.config) : model.config.stage.input_rms;
    const at::Tensor scaled = rms == 0.0 ? u : u * input_scale(u, rms);
    return model.barrier ? model.barrier->project(scaled) : scaled;
}

}  // namespace

bool live_stage_carries_barrier(const RunConfig& config) {
    return config.barrier.site == BarrierSite::embeddings &&
           config.barrier.prior == BarrierPrior::margin && config.stage.fit == StageFit::likelihood;
}

void add_missing_stages(Model& model) {
    const RunConfig& config = model.config;
    const auto seed = static_cast<std::uint64_t>(config.stage.seed);
    const auto make = [&](int projected_width) {
        EmbeddingStage stage =
            EmbeddingStage::random(config.model.width, projected_width, config.stage.init_std, seed,
                                   model.gpt.device(), model.gpt.dtype());
        start_sigma(stage, config.stage);
        return stage;
    };
    if (!model.stage) model.stage = make(0);
    if (config.barrier.site == BarrierSite::heads || live_stage_carries_barrier(config)) {
        model.barrier.reset();
        return;
    }
    const int projected =
        config.barrier.site == BarrierSite::projected ? config.barrier.projected_width : 0;
    const int present = !model.barrier                 ? -1
                        : model.barrier->w_p.defined() ? model.barrier->width()
                                                       : 0;
    if (present != projected) model.barrier = make(projected);
}

BarrierSample barrier_sample(const RunConfig& config, std::int64_t batch, std::int64_t step) {
    const BarrierConfig& barrier = config.barrier;
    const std::int64_t all =
        barrier.sequences == 0 ? batch : std::min<std::int64_t>(barrier.sequences, batch);
    if (barrier.fraction >= 1.0) return {all, 1.0, 1.0, step};
    if (barrier.sample == BarrierSampling::positions) return {all, 1.0, barrier.fraction, step};
    const double expected = barrier.fraction * static_cast<double>(all);
    CounterRng random({static_cast<std::uint64_t>(config.train.seed),
                       DrawPurpose::barrier_sequences, static_cast<std::uint64_t>(step), 0, 0});
    const auto count = static_cast<std::int64_t>(std::floor(expected + random.uniform()));
    return {count, static_cast<double>(count) / expected, 1.0, step};
}

Objective barrier_objective(Model& model, const at::Tensor& u, const Tap& tap,
                            const BarrierSample& sample) {
    if (sample.count == 0) return {};
    RunConfig config = model.config;
    config.barrier.lambda = lambda_at(model.config, sample.step);
    const BarrierConfig& barrier = config.barrier;
    const at::Tensor chosen = u.narrow(0, 0, sample.count);
    const bool live = live_stage_carries_barrier(config);
    Objective objective;
    const at::Tensor read = read_by(*model.stage, chosen, config.stage.input_rms);
    StageTermsSettings of_live = settings_for(config, sample, kLiveStream, read);
    const bool trace = barrier.form == BarrierForm::trace;
    of_live.barrier_factor = live && !trace ? barrier.lambda : 0.0;
    BarrierTerms live_terms =
        likelihood_terms(*model.stage, config.stage, read, of_live, objective.loss);
    if (live) {
        objective.carried = std::move(live_terms);
        if (trace && barrier.lambda > 0.0)
            accumulate(objective.loss, barrier.lambda * covariance_trace(chosen));
    } else if (barrier.site == BarrierSite::heads) {
        at::AutoGradMode gradients(barrier.lambda > 0.0);
        objective.carried = heads_terms(model, tap, sample, u.size(1));
        if (barrier.lambda > 0.0)
            accumulate(objective.loss, barrier.lambda * objective.carried.barrier);
    } else {
        objective.carried = own_stage_terms(*model.barrier, config, chosen, sample, objective.loss);
    }
    if (objective.loss.defined() && sample.weight != 1.0)
        objective.loss = objective.loss * sample.weight;
    return objective;
}

BarrierTerms report_barrier(const Model& model, const at::Tensor& u, const Tap& tap) {
    at::NoGradGuard no_grad;
    const double cap = model.config.barrier.cap;
    if (model.config.barrier.site == BarrierSite::heads)
        return heads_barrier(model.gpt, tap, u.size(0), cap);
    const EmbeddingStage& stage = model.barrier ? *model.barrier : *model.stage;
    return stage_barrier(stage_input(model, u), stage.w_q, stage.w_k, cap);
}

BarrierTerms sampled_barrier(const Model& model, const at::Tensor& u, const Tap& tap,
                             const BarrierSample& sample) {
    at::NoGradGuard no_grad;
    if (model.config.barrier.site == BarrierSite::heads)
        return heads_terms(model, tap, sample, u.size(1));
    const EmbeddingStage& stage = model.barrier ? *model.barrier : *model.stage;
    const at::Tensor x = stage_input(model, u.narrow(0, 0, sample.count));
    const std::uint64_t stream = model.barrier ? kOwnStream : kLiveStream;
    return stage_terms(x, stage.w_q, stage.w_k, settings_for(model.config, sample, stream, x))
        .barrier;
}

double report_sigma_min(const Model& model, const at::Tensor& u, const Tap& tap) {
    at::NoGradGuard no_grad;
    if (model.config.barrier.site == BarrierSite::heads)
        return heads_sigma_min(model.gpt, tap, u.size(0));
    const EmbeddingStage& stage = model.barrier ? *model.barrier : *model.stage;
    return stage_sigma_min(stage_input(model, u), stage.w_q, stage.w_k);
}

}  // namespace marginscope
