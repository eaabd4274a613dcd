// The density's gradient against finite differences, its minibatches against all windows, and the
// stage that must not move.
#include "nn/posterior/posterior_density.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "nn/barrier/barrier.h"
#include "nn/model/device.h"
#include "nn/tiny_model.h"
#include "nn/train/trainer_state.h"

namespace marginscope {
namespace {

using testing_support::random_text;
using testing_support::tiny_model;

/// In float64, with a stage that reads 1.7 u.
Model exact_model() {
    Model model = tiny_model();
    model.gpt = model.gpt.clone(at::kCPU, at::kDouble);
    model.stage = model.stage->clone(at::kCPU, at::kDouble);
    {
        const at::NoGradGuard no_grad;
        // Smaller embeddings: determinants are then far from 0, and the cap never bites.
        model.gpt.parameters()[0].value.detach().mul_(0.5);
        model.gpt.parameters()[1].value.detach().mul_(0.5);
        model.stage->input_scale.fill_(1.7);
    }
    model.config.barrier.cap = 1e9;
    model.config.train.batch = 6;
    return model;
}

Corpus corpus(std::size_t length = 2000) { return {"letters", random_text(length, 3)}; }

Batch some_windows(const PosteriorDensity& density) {
    return batch_of(density.tokens().train(), {0, 31, 77, 200}, 12, at::kCPU);
}

double value_of(PosteriorDensity& density, const Batch& batch, const DensitySettings& settings) {
    for (NamedTensor& one : density.parameters()) one.value.mutable_grad() = at::Tensor();
    const DensityTerms terms = density.backward_of(batch.ids, batch.targets, 0);
    double squares = 0.0;
    for (const NamedTensor& one : density.parameters())
        squares += one.value.detach().square().sum().item<double>();
    return terms.ce + (settings.lambda > 0.0 ? settings.lambda * terms.barrier : 0.0) +
           squares /
               (2.0 * settings.prior_sd * settings.prior_sd * static_cast<double>(density.count()));
}

TEST(PosteriorDensity, ItsGradientIsThatOfItsFormula) {
    set_compute_threads(1);
    for (const double lambda : {0.0, 0.3}) {
        const DensitySettings settings{lambda, 0.2, 1};
        PosteriorDensity density(exact_model(), corpus(), settings);
        const Batch batch = some_windows(density);
        (void)value_of(density, batch, settings);
        std::vector<at::Tensor> gradients;
        for (const NamedTensor& one : density.parameters())
            gradients.push_back(one.value.grad().clone());
        for (std::size_t k = 0; k < gradients.size(); ++k)
            for (std::int64_t at = 0; at < 3; ++at) {
                const at::Tensor flat = density.parameters()[k].value.detach().view({-1});
                const std::int64_t place = (7 * at + 2) % flat.numel();
                double* number = flat.data_ptr<double>() + place;
                const double before = *number, step = 1e-5;
                *number = before + step;
                const double above = value_of(density, batch, settings);
                *number = before - step;
                const double below = value_of(density, batch, settings);
                *number = before;
                const double expected = (above - below) / (2.0 * step);
                EXPECT_NEAR(gradients[k].view({-1})[place].item<double>(), expected,
                            1e-6 * (1.0 + std::abs(expected)))
                    << lambda << " " << density.parameters()[k].name << " " << place;
            }
    }
}

TEST(PosteriorDensity, TheStageStaysAndReadsAsItDid) {
    const Model model = exact_model();
    PosteriorDensity density(model, corpus(), {0.3, 1.0, 1});
    const Batch batch = some_windows(density);
    const at::Tensor w_q = density.model().stage->w_q.detach().clone();
    const double sigma = density.model().stage->log_sigma();
    const DensityTerms terms = density.backward_of(batch.ids, batch.targets, 0);
    const at::NoGradGuard no_grad;
    const BarrierTerms own =
        stage_barrier(model.gpt.embed(batch.ids) * 1.7, model.stage->w_q, model.stage->w_k, 1e9);
    EXPECT_NEAR(terms.barrier, own.barrier.item<double>(), 1e-9);
    EXPECT_TRUE(at::equal(density.model().stage->w_q, w_q));
    EXPECT_EQ(density.model().stage->log_sigma(), sigma);
}

TEST(PosteriorDensity, MinibatchesAreUnbiased) {
    set_compute_threads(1);
    PosteriorDensity density(exact_model(), corpus(130), {0.1, 1.0, 5});
    const auto starts = static_cast<std::size_t>(density.count()) - 12;
    std::vector<std::size_t> all;
    for (std::size_t start = 0; start < starts; ++start) all.push_back(start);
    const auto gradient = [&] {
        std::vector<at::Tensor> parts;
        for (NamedTensor& one : density.parameters()) {
            parts.push_back(one.value.grad().flatten().clone());
            one.value.mutable_grad() = at::Tensor();
        }
        return at::cat(parts);
    };
    const Batch batch = batch_of(density.tokens().train(), all, 12, at::kCPU);
    (void)density.backward_of(batch.ids, batch.targets, 0);
    const at::Tensor expected = gradient();
    constexpr int kDraws = 1200;
    at::Tensor sum = at::zeros_like(expected), squares = at::zeros_like(expected);
    for (int step = 0; step < kDraws; ++step) {
        (void)density.backward(step, 1);
        const at::Tensor one = gradient();
        sum += one;
        squares += one.square();
    }
    const at::Tensor mean = sum / kDraws;
    const at::Tensor error =
        ((squares / kDraws - mean.square()).clamp_min(0.0) / kDraws).sqrt() + 1e-9;
    const at::Tensor z = (mean - expected) / error;
    EXPECT_LT(z.abs().max().item<double>(), 5.0);
    EXPECT_NEAR(z.square().mean().item<double>(), 1.0, 0.5);
}

TEST(PosteriorDensity, RefusesWhatIsNoSuchDensity) {
    const Model bare = tiny_model(false, false);
    EXPECT_THROW(PosteriorDensity(bare, corpus(), {0.1, 1.0, 0}), UserError);
    EXPECT_NO_THROW(PosteriorDensity(bare, corpus(), {0.0, 1.0, 0}));
    Model trace = exact_model();
    trace.config.barrier.form = BarrierForm::trace;
    EXPECT_THROW(PosteriorDensity(trace, corpus(), {0.1, 1.0, 0}), UserError);
    EXPECT_THROW(PosteriorDensity(bare, {"greek", std::string(500, 'z')}, {0.0, 1.0, 0}),
                 UserError);
    EXPECT_THROW(PosteriorDensity(bare, corpus(20), {0.0, 1.0, 0}), UserError);
}

}  // namespace
}  // namespace marginscope
