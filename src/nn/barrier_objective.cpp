// The cases of site, fit and prior, each in one place.
#include "nn/barrier_objective.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/random.h"
#include "nn/stage_terms.h"

namespace marginscope {
namespace {

void accumulate(at::Tensor& sum, const at::Tensor& term) {
    sum = sum.defined() ? sum + term : term;
}

/// mean |e|²/(2 sigma²) from mean |e|²/d
at::Tensor energy_of(const EmbeddingStage& stage, const at::Tensor& residual_square) {
    return residual_square *
           (0.5 * stage.width() / stage.sigma_square.to(residual_square.scalar_type()));
}

/// E17 divides u by its batch RMS, because the energy would shrink the embeddings to nothing.
at::Tensor scaled_for_prior(const BarrierConfig& config, const at::Tensor& u) {
    return config.prior == BarrierPrior::full ? u / u.square().mean().sqrt() : u;
}

double energy_weight(const BarrierConfig& config) {
    if (config.prior == BarrierPrior::margin) return 0.0;
    return config.lambda_energy >= 0.0 ? config.lambda_energy : config.lambda;
}

/// -(E4) in the stage's parameters; the model gets lambda times the barrier plus lambda_e times the
/// energy.
BarrierTerms likelihood_terms(EmbeddingStage& stage, const at::Tensor& u, double lambda,
                              double lambda_energy, double cap, at::Tensor& loss) {
    const StageTerms terms = stage_terms(u, stage.w_q, stage.w_k, {lambda, lambda_energy, cap, {}});
    stage.update_sigma(terms.residual_square);
    accumulate(loss, terms.barrier.barrier + energy_of(stage, terms.residual_square));
    return terms.barrier;
}

/// A stage of the barrier's own: projected, penalised, or under the full prior.
BarrierTerms own_stage_terms(EmbeddingStage& stage, const RunConfig& config, const at::Tensor& u,
                             at::Tensor& loss) {
    const BarrierConfig& barrier = config.barrier;
    const double lambda_energy = energy_weight(barrier);
    const at::Tensor scaled = scaled_for_prior(barrier, u);
    if (config.stage.fit == StageFit::likelihood) {
        // W_P stays where it is: densities of different projections cannot be compared.
        const at::Tensor x =
            stage.w_p.defined() ? at::matmul(scaled, stage.w_p.detach().transpose(0, 1)) : scaled;
        return likelihood_terms(stage, x, barrier.lambda, lambda_energy, barrier.cap, loss);
    }
    const bool idle = barrier.lambda == 0.0 && lambda_energy == 0.0;
    at::AutoGradMode gradients(!idle);
    const at::Tensor x = stage.project(scaled);
    BarrierTerms terms = stage_barrier(x, stage.w_q, stage.w_k, barrier.cap);
    if (idle) return terms;
    accumulate(loss, barrier.lambda * terms.barrier);
    if (lambda_energy > 0.0) {
        const at::Tensor residual = mean_residual_square(x, stage.w_q, stage.w_k);
        stage.update_sigma(residual);
        accumulate(loss, lambda_energy * energy_of(stage, residual));
    }
    return terms;
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
        return EmbeddingStage::random(config.model.width, projected_width, config.stage.init_std,
                                      seed, model.gpt.device(), model.gpt.dtype());
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
    if (barrier.fraction >= 1.0) return {all, 1.0};
    const double expected = barrier.fraction * static_cast<double>(all);
    CounterRng random({static_cast<std::uint64_t>(config.train.seed),
                       DrawPurpose::barrier_sequences, static_cast<std::uint64_t>(step), 0, 0});
    const auto count = static_cast<std::int64_t>(std::floor(expected + random.uniform()));
    return {count, static_cast<double>(count) / expected};
}

Objective barrier_objective(Model& model, const at::Tensor& u, const Tap& tap,
                            const BarrierSample& sample) {
    if (sample.count == 0) return {};
    const RunConfig& config = model.config;
    const BarrierConfig& barrier = config.barrier;
    const std::int64_t count = sample.count;
    const at::Tensor chosen = u.narrow(0, 0, count);
    const bool live = live_stage_carries_barrier(config);
    Objective objective;
    BarrierTerms of_live = likelihood_terms(*model.stage, chosen, live ? barrier.lambda : 0.0, 0.0,
                                            barrier.cap, objective.loss);
    if (live) {
        objective.carried = std::move(of_live);
    } else if (barrier.site == BarrierSite::heads) {
        at::AutoGradMode gradients(barrier.lambda > 0.0);
        objective.carried = heads_barrier(model.gpt, tap, count, barrier.cap);
        if (barrier.lambda > 0.0)
            accumulate(objective.loss, barrier.lambda * objective.carried.barrier);
    } else {
        objective.carried = own_stage_terms(*model.barrier, config, chosen, objective.loss);
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
    const at::Tensor x =
        model.barrier ? stage.project(scaled_for_prior(model.config.barrier, u)) : u;
    return stage_barrier(x, stage.w_q, stage.w_k, cap);
}

double report_sigma_min(const Model& model, const at::Tensor& u, const Tap& tap) {
    at::NoGradGuard no_grad;
    if (model.config.barrier.site == BarrierSite::heads)
        return heads_sigma_min(model.gpt, tap, u.size(0));
    const EmbeddingStage& stage = model.barrier ? *model.barrier : *model.stage;
    const at::Tensor x =
        model.barrier ? stage.project(scaled_for_prior(model.config.barrier, u)) : u;
    return stage_sigma_min(x, stage.w_q, stage.w_k);
}

}  // namespace marginscope
