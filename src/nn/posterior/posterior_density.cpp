// The trainer's objective with the stage held fixed, and the prior's gradient.
#include "nn/posterior/posterior_density.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "nn/barrier/barrier_objective.h"
#include "nn/train/start_model.h"
#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

/// The stage as it reads u itself: scores of scale · u are those of u with W_Q times scale².
EmbeddingStage unscaled(const EmbeddingStage& stage) {
    const at::NoGradGuard no_grad;
    EmbeddingStage same = stage.clone(stage.w_q.device(), stage.w_q.scalar_type());
    same.w_q.detach().mul_(std::pow(same.input_scale.item<double>(), 2.0));
    same.input_scale.fill_(1.0);
    return same;
}

Model prepared(const Model& model, const DensitySettings& settings) {
    Model copy = model.clone();
    if (copy.stage) copy.stage = unscaled(*copy.stage);
    if (copy.barrier) copy.barrier = unscaled(*copy.barrier);
    copy.config.stage.input_rms = 0.0;
    copy.config.barrier.lambda = settings.lambda;
    copy.config.barrier.lambda_end = 1.0;
    return copy;
}

void require_barrier(const Model& model, const DensitySettings& settings) {
    const BarrierConfig& barrier = model.config.barrier;
    if (settings.lambda == 0.0) return;
    if (barrier.prior != BarrierPrior::margin || barrier.form != BarrierForm::logdet)
        throw UserError(
            "The posterior has the log-barrier alone in its density; this model was trained with " +
                std::string(barrier.form == BarrierForm::trace ? "--form trace" : "--prior full") +
                ": take --lambda 0.",
            2);
    const bool own =
        barrier.site != BarrierSite::heads && !live_stage_carries_barrier(model.config);
    if (!model.stage || (own && !model.barrier))
        throw UserError(
            "The posterior holds the trained stage fixed, and this model has none to carry the "
            "barrier: `marginscope fit` gives it one, or take --lambda 0.",
            2);
}

}  // namespace

PosteriorDensity::PosteriorDensity(const Model& model, const Corpus& corpus,
                                   const DensitySettings& settings)
    : model_(prepared(model, settings)),
      frozen_(model_.clone()),
      tokens_(corpus, model.vocabulary, model.config.model.context),
      settings_(settings) {
    require_barrier(model, settings);
    require_known_characters(corpus, model);
}

DensityTerms PosteriorDensity::backward(std::int64_t step, std::int64_t chain) {
    const std::int64_t time = model_.config.model.context;
    const TokenView ids = tokens_.train();
    CounterRng rng({settings_.seed, DrawPurpose::langevin_batches, static_cast<std::uint64_t>(step),
                    static_cast<std::uint64_t>(chain)});
    std::vector<std::size_t> starts(static_cast<std::size_t>(model_.config.train.batch));
    for (std::size_t& start : starts)
        start = rng.below(ids.size() - static_cast<std::size_t>(time));
    const Batch batch = batch_of(ids, starts, time, model_.gpt.device());
    return backward_of(batch.ids, batch.targets, step);
}

DensityTerms PosteriorDensity::backward_of(const at::Tensor& ids, const at::Tensor& targets,
                                           std::int64_t step) {
    const at::AutoGradMode gradients(true);
    const bool heads = model_.config.barrier.site == BarrierSite::heads;
    Tap tap;
    ForwardOptions options;
    if (heads && settings_.lambda > 0.0) options.tap = &tap;
    const at::Tensor u = model_.gpt.embed(ids);
    const at::Tensor ce = cross_entropy(model_.gpt.logits_from_embeddings(u, options), targets);
    DensityTerms terms{ce.item<double>(), std::nan("")};
    Objective objective;
    if (settings_.lambda > 0.0) {
        objective =
            barrier_objective(model_, u, tap, barrier_sample(model_.config, u.size(0), step));
        if (objective.carried.barrier.defined())
            terms.barrier = objective.carried.barrier.item<double>();
    }
    torch::autograd::backward({objective.loss.defined() ? ce + objective.loss : ce});
    const at::NoGradGuard no_grad;
    if (settings_.lambda > 0.0) {
        if (frozen_.stage) model_.stage = frozen_.stage->clone(u.device(), u.scalar_type());
        if (frozen_.barrier) model_.barrier = frozen_.barrier->clone(u.device(), u.scalar_type());
    }
    const double weight =
        1.0 / (settings_.prior_sd * settings_.prior_sd * static_cast<double>(count()));
    for (NamedTensor& parameter : model_.gpt.parameters()) {
        at::Tensor& gradient = parameter.value.mutable_grad();
        if (!gradient.defined()) gradient = at::zeros_like(parameter.value.detach());
        gradient.add_(parameter.value.detach(), weight);
    }
    return terms;
}

}  // namespace marginscope
