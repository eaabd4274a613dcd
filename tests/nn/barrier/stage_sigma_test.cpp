// Every rule for sigma, with and without a floor and a scaled input, against autograd through the
// definitions written out.
#include "nn/barrier/stage_sigma.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <string>
#include <vector>

#include "nn/barrier/barrier_objective.h"
#include "nn/normal_tensor.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

using testing_support::normal;
using testing_support::tiny_model;

constexpr double kLambda = 0.3;
constexpr std::int64_t kTime = 9, kSequences = 3;

struct Case {
    const char* name;
    const char* sigma;
    double floor;
    double input_rms;
    BarrierPrior prior = BarrierPrior::margin;
};

RunConfig config_of(const Case& tested) {
    RunConfig config;
    config.barrier.lambda = kLambda;
    config.barrier.cap = 1e12;
    config.barrier.prior = tested.prior;
    set_field(config, "stage.sigma", tested.sigma);
    config.stage.sigma_floor = tested.floor;
    config.stage.input_rms = tested.input_rms;
    return config;
}

Model exact_model(const RunConfig& config) {
    Model model = tiny_model(false, false);
    const ModelConfig shape = model.config.model;
    model.config = config;
    model.config.model = shape;
    model.gpt = model.gpt.clone(at::kCPU, at::kDouble);
    add_missing_stages(model);
    return model;
}

/// mean b_i and mean |e_i|²/d over i >= 3 of one stage, straight from E2 to E5.
struct Definitions {
    at::Tensor barrier, residual_square;
};

Definitions by_definition(const at::Tensor& x, const at::Tensor& w_q, const at::Tensor& w_k) {
    const std::int64_t width = x.size(2);
    const at::Tensor a = at::matmul(w_k.t(), w_q) / std::sqrt(static_cast<double>(width));
    at::Tensor barrier = at::zeros({}, x.options()), residual = barrier;
    for (std::int64_t n = 0; n < x.size(0); ++n)
        for (std::int64_t i = 2; i < x.size(1); ++i) {
            const at::Tensor past = x[n].narrow(0, 0, i), own = x[n][i];
            const at::Tensor alpha = at::softmax(at::matmul(at::matmul(past, a), own), 0);
            const at::Tensor mean = at::matmul(alpha, past);
            const at::Tensor sigma = at::matmul((past - mean).t() * alpha, past - mean);
            const at::Tensor j = at::eye(width, x.options()) - at::matmul(sigma, a);
            barrier = barrier - std::get<1>(at::linalg_slogdet(j));
            residual = residual + (own - mean).square().mean();
        }
    const auto count = static_cast<double>(x.size(0) * (x.size(1) - 2));
    return {barrier / count, residual / count};
}

double sigma_by_rule(const StageConfig& config, double first_learned, double residual, double rms) {
    double sigma = first_learned;
    if (config.sigma.kind == SigmaRule::Kind::closed) sigma = std::sqrt(residual);
    if (config.sigma.kind == SigmaRule::Kind::fixed) sigma = config.sigma.value * rms;
    return std::max(sigma, config.sigma_floor * rms);
}

class StageSigma : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    Rules, StageSigma,
    testing::Values(Case{"closed", "closed", 0, 0}, Case{"closed_on_its_floor", "closed", 3, 0},
                    Case{"learned", "learned:0.7", 0, 0},
                    Case{"learned_above_its_floor", "learned:0.7", 0.1, 0},
                    Case{"learned_on_its_floor", "learned:0.01", 1.2, 0},
                    Case{"fixed", "1.5", 0, 0}, Case{"scaled_closed", "closed", 0, 0.4},
                    Case{"scaled_learned", "learned:0.2", 0, 0.4},
                    Case{"scaled_on_its_floor", "learned:0.01", 1.2, 0.4},
                    Case{"scaled_fixed", "2", 0, 0.4},
                    Case{"full_prior_learned", "learned:0.5", 0, 0, BarrierPrior::full},
                    Case{"full_prior_scaled", "learned:0.5", 2, 0.6, BarrierPrior::full}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(StageSigma, GradientsAreThoseOfTheDefinitions) {
    for (const std::uint64_t seed : {11, 12}) {
        const RunConfig config = config_of(GetParam());
        Model model = exact_model(config);
        const bool full = config.barrier.prior == BarrierPrior::full;
        EmbeddingStage& stage = full ? *model.barrier : *model.stage;
        {
            at::NoGradGuard no_grad;
            stage.w_k.detach().copy_(normal(stage.w_k.sizes(), 0.8, seed + 1));
            stage.w_q.detach().copy_(normal(stage.w_q.sizes(), 0.8, seed + 2));
        }
        const at::Tensor u =
            normal({kSequences, kTime, stage.width()}, 0.5, seed).set_requires_grad(true);
        BarrierSample sample;
        sample.count = kSequences;
        const Objective objective = barrier_objective(model, u, {}, sample);

        // The same by the definitions; the stage sees its own share, the model another.
        const double rms_wanted = config.stage.input_rms > 0 ? config.stage.input_rms
                                  : full                     ? 1.0
                                                             : 0.0;
        const auto read = [&](const at::Tensor& t) {
            return rms_wanted > 0 ? t * (rms_wanted / t.square().mean().sqrt()) : t;
        };
        const at::Tensor fixed = read(u.detach());
        const Definitions of_stage = by_definition(fixed, stage.w_q, stage.w_k);
        const double sigma = sigma_by_rule(config.stage, config.stage.sigma.value,
                                           of_stage.residual_square.item<double>(),
                                           fixed.square().mean().sqrt().item<double>());
        EXPECT_NEAR(std::exp(stage.log_sigma()), sigma, 1e-12 * sigma);
        const double width = stage.width();
        const at::Tensor stage_loss =
            of_stage.barrier + of_stage.residual_square * (0.5 * width / (sigma * sigma));
        const auto wanted = torch::autograd::grad({stage_loss}, {stage.w_q, stage.w_k});
        const Definitions of_model = by_definition(read(u), stage.w_q.detach(), stage.w_k.detach());
        at::Tensor model_loss = kLambda * of_model.barrier;
        if (full)
            model_loss =
                model_loss + kLambda * of_model.residual_square * (0.5 * width / (sigma * sigma));
        const auto wanted_u = torch::autograd::grad({model_loss}, {u});

        std::vector<at::Tensor> inputs = {stage.w_q, stage.w_k, u};
        const bool learns = config.stage.sigma.kind == SigmaRule::Kind::learned;
        if (learns) inputs.push_back(stage.learned_log_sigma);
        const auto found = torch::autograd::grad({objective.loss}, inputs);
        const auto close = [](const at::Tensor& a, const at::Tensor& b) {
            return (a - b).abs().max().item<double>() / std::max(1.0, b.abs().max().item<double>());
        };
        EXPECT_LE(close(found[0], wanted[0]), 1e-9);
        EXPECT_LE(close(found[1], wanted[1]), 1e-9);
        EXPECT_LE(close(found[2], wanted_u[0]), 1e-9);
        if (learns)
            EXPECT_NEAR(found[3].item<double>(),
                        width * (1.0 - of_stage.residual_square.item<double>() / (sigma * sigma)),
                        1e-9 * width);
    }
}

// The control weighs the spread of the embeddings and nothing else; its stage trains along.
TEST(BarrierForm, TraceIsTheCovariancesTrace) {
    RunConfig config = config_of({"trace", "closed", 0, 0});
    config.barrier.form = BarrierForm::trace;
    Model model = exact_model(config);
    const at::Tensor u = normal({2, 7, model.stage->width()}, 0.5, 3).set_requires_grad(true);
    BarrierSample sample;
    sample.count = 2;
    const Objective objective = barrier_objective(model, u, {}, sample);
    const auto found = torch::autograd::grad({objective.loss}, {u, model.stage->w_q});
    at::Tensor trace = at::zeros({}, at::kDouble);
    for (std::int64_t n = 0; n < 2; ++n) trace = trace + at::cov(u[n].t(), 0).trace() / 2;
    const auto wanted = torch::autograd::grad({kLambda * trace}, {u});
    EXPECT_LE((found[0] - wanted[0]).abs().max().item<double>(), 1e-12);
    EXPECT_GT(found[1].abs().max().item<double>(), 0.0);
    EXPECT_GT(objective.carried.logdet.numel(), 0);
}

TEST(InputScale, ReachesTheWantedRms) {
    const at::Tensor u = normal({2, 5, 6}, 0.3, 4);
    EXPECT_NEAR((u * input_scale(u, 1.7)).square().mean().sqrt().item<double>(), 1.7, 1e-12);
}

}  // namespace
}  // namespace marginscope
