// The fit's loop: embeddings fixed, the stage ascends its pseudo-likelihood.
#include "nn/train/stage_fit.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"
#include "nn/barrier/barrier.h"
#include "nn/barrier/stage_terms.h"
#include "nn/model/checkpoint.h"
#include "nn/train/adamw.h"
#include "nn/train/trainer_state.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

constexpr double kLearningRate = 0.01;
constexpr double kInitStd = 0.1;
constexpr double kClip = 1.0;
constexpr double kCap = 100.0;
constexpr int kWindows = 4;
constexpr int kMeasuredWindows = 64;

at::Tensor embeddings_of(const Model& model, const TokenView& ids,
                         const std::vector<std::size_t>& starts) {
    at::NoGradGuard no_grad;
    return model.gpt.embed(
        batch_of(ids, starts, model.config.model.context, model.gpt.device()).ids);
}

void measure(const Model& model, const TokenizedCorpus& tokens, StageFitReport& report) {
    at::NoGradGuard no_grad;
    const auto context = static_cast<std::size_t>(model.config.model.context);
    const auto starts =
        evenly_spaced_windows(tokens.validation().size(), context + 1, kMeasuredWindows);
    const at::Tensor u = embeddings_of(model, tokens.validation(), starts);
    const EmbeddingStage& stage = *model.stage;
    const BarrierReport barrier =
        read_barrier_counts(barrier_counts(stage_barrier(u, stage.w_q, stage.w_k, kCap), kCap));
    const double residual_square = mean_residual_square(u, stage.w_q, stage.w_k).item<double>();
    const double sigma_square = stage.sigma_square.item<double>();
    StageLikelihood& likelihood = report.likelihood;
    likelihood.sigma = std::sqrt(sigma_square);
    likelihood.energy = 0.5 * stage.width() * residual_square / sigma_square;
    likelihood.normaliser = 0.5 * stage.width() * std::log(2.0 * std::numbers::pi * sigma_square);
    likelihood.volume = barrier.logdet_mean;
    likelihood.nats_per_position = likelihood.volume - likelihood.energy - likelihood.normaliser;
    likelihood.positions = static_cast<int>(barrier.positions);
    report.share_beyond = barrier.share_beyond;
}

}  // namespace

StageFitReport fit_stage(Model& model, const Corpus& corpus, int steps, std::int64_t stage_seed,
                         const std::function<void(std::size_t, std::size_t)>& progress,
                         std::stop_token stop) {
    const TokenizedCorpus tokens(corpus, model.tokenizer(), model.config.model.context);
    const TokenView ids = tokens.train();
    const auto seed = static_cast<std::uint64_t>(stage_seed);
    EmbeddingStage stage = EmbeddingStage::random(model.config.model.width, 0, kInitStd, seed,
                                                  model.gpt.device(), model.gpt.dtype());
    AdamW optimizer(stage.parameters("stage"), {0.9, 0.999, 0.0, 1e-8});
    StageTermsSettings only_the_stage;
    only_the_stage.barrier_factor = 0.0;
    only_the_stage.cap = kCap;
    StageFitReport report;
    for (int step = 0; step < steps; ++step) {
        if (stop.stop_requested()) {
            report.stopped = true;
            break;
        }
        CounterRng rng({seed, DrawPurpose::stage_batches, static_cast<std::uint64_t>(step)});
        std::vector<std::size_t> starts(kWindows);
        for (std::size_t& start : starts)
            start = rng.below(ids.size() - static_cast<std::size_t>(model.config.model.context));
        const at::Tensor u = embeddings_of(model, ids, starts);
        at::AutoGradMode gradients(true);
        const StageTerms terms = stage_terms(u, stage.w_q, stage.w_k, only_the_stage);
        const at::Tensor& residual = terms.residual_square;
        stage.update_sigma(residual);
        const at::Tensor energy =
            residual * (0.5 * stage.width() / stage.sigma_square.to(residual.scalar_type()));
        optimizer.clear_gradients();
        torch::autograd::backward({terms.barrier.barrier + energy});
        optimizer.clip(kClip);
        optimizer.step(kLearningRate * (1.0 - static_cast<double>(step) / steps));
        report.steps = step + 1;
        if (progress) progress(static_cast<std::size_t>(step + 1), static_cast<std::size_t>(steps));
    }
    model.stage = std::move(stage);
    measure(model, tokens, report);
    return report;
}

}  // namespace marginscope
