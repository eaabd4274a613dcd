// Estimators of the barrier: unbiased where they say so, off by no more than they say, and with the
// standard error they state.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <vector>

#include "core/error.h"
#include "nn/barrier/barrier_estimate.h"
#include "nn/barrier/dual_gradients.h"
#include "nn/barrier/positions.h"
#include "nn/barrier/stage_terms.h"
#include "nn/model/checkpoint.h"
#include "nn/model/embedding_stage.h"
#include "nn/small_training.h"
#include "nn/train/trainer.h"

namespace marginscope {
namespace {

constexpr double kNoCap = 1e12;

struct Stage {
    at::Tensor u, w_q, w_k;

    Stage(at::IntArrayRef shape, double std, std::uint64_t seed) {
        const auto normal = [&](at::IntArrayRef size, double scale) {
            at::Generator generator = at::detail::createCPUGenerator(seed++);
            return at::empty(size, at::kDouble)
                .normal_(0.0, scale, generator)
                .set_requires_grad(true);
        };
        u = normal(shape, 1.0);
        w_q = normal({shape[2], shape[2]}, std);
        w_k = normal({shape[2], shape[2]}, std);
    }
    BarrierTerms terms(const StageTermsSettings& settings) const {
        return stage_terms(u, w_q, w_k, settings).barrier;
    }
    std::vector<at::Tensor> gradients(const StageTermsSettings& settings) const {
        return torch::autograd::grad({terms(settings).barrier}, {u, w_q, w_k});
    }
};

StageTermsSettings uncapped() {
    StageTermsSettings settings;
    settings.cap = kNoCap;
    return settings;
}

double largest(const at::Tensor& t) { return t.abs().max().item<double>(); }

// ---- Positions

TEST(Positions, AreDrawnEachAsOftenAsTheOthers) {
    constexpr std::int64_t kTime = 12, kRows = 4000;
    const at::Tensor drawn = drawn_positions(kRows, kTime, 0.3, {.seed = 1});
    ASSERT_EQ(drawn.size(1), 3);
    EXPECT_TRUE((drawn.narrow(1, 1, 2) > drawn.narrow(1, 0, 2)).all().item<bool>());
    EXPECT_EQ(drawn.min().item<std::int64_t>(), 2);
    EXPECT_EQ(drawn.max().item<std::int64_t>(), kTime - 1);
    const at::Tensor counts = at::bincount(drawn.flatten(), {}, kTime).narrow(0, 2, 10);
    const double expected = 0.3 * kRows, error = std::sqrt(kRows * 0.3 * 0.7);
    for (int k = 0; k < 10; ++k)
        EXPECT_NEAR(counts[k].item<double>(), expected, 4.5 * error) << "position " << k + 2;
    EXPECT_TRUE(at::equal(drawn, drawn_positions(kRows, kTime, 0.3, {.seed = 1})));
    EXPECT_FALSE(at::equal(drawn, drawn_positions(kRows, kTime, 0.3, {.seed = 2})));
    EXPECT_EQ(drawn_positions(2, kTime, 1e-6, {.seed = 1}).size(1), 1);
    EXPECT_TRUE(at::equal(drawn_positions(2, kTime, 1.0, {.seed = 1}), all_positions(2, kTime)));
}

TEST(Positions, SampledBarrierAndGradientAreUnbiased) {
    const Stage stage({2, 14, 9}, 0.35, 10);
    const double exact = stage.terms(uncapped()).barrier.item<double>();
    const std::vector<at::Tensor> exact_gradients = stage.gradients(uncapped());
    constexpr int kDraws = 600;
    std::vector<double> values;
    std::vector<at::Tensor> sums(3), squares(3);
    for (int draw = 0; draw < kDraws; ++draw) {
        StageTermsSettings settings = uncapped();
        settings.positions =
            drawn_positions(2, 14, 0.25, {.seed = 3, .draw = static_cast<std::uint64_t>(draw)});
        values.push_back(stage.terms(settings).barrier.item<double>());
        const auto gradients = stage.gradients(settings);
        for (std::size_t k = 0; k < 3; ++k) {
            sums[k] = sums[k].defined() ? sums[k] + gradients[k] : gradients[k];
            squares[k] =
                squares[k].defined() ? squares[k] + gradients[k].square() : gradients[k].square();
        }
    }
    double mean = 0, square = 0;
    for (const double value : values) mean += value / kDraws;
    for (const double value : values) square += (value - mean) * (value - mean);
    EXPECT_NEAR(mean, exact, 4 * std::sqrt(square / kDraws / (kDraws - 1)));
    for (std::size_t k = 0; k < 3; ++k) {
        const at::Tensor found = sums[k] / kDraws;
        const at::Tensor variance = (squares[k] / kDraws - found.square()) / kDraws;
        const at::Tensor off = (found - exact_gradients[k]) / (variance + 1e-20).sqrt();
        // Of a few hundred elements some lie beyond three errors, none far beyond.
        EXPECT_LT(largest(off), 5.5) << "input " << k;
        EXPECT_NEAR(off.square().mean().item<double>(), 1.0, 0.4) << "input " << k;
    }
}

// ---- Truncation

/// What truncation means, without the dual: the covariance of the most attended tokens.
double truncated_logdet(const Stage& stage, std::int64_t n, std::int64_t i, std::int64_t most) {
    const at::Tensor attention = strict_attention(stage_scores(stage.u, stage.w_q, stage.w_k));
    at::Tensor a = attention[n][i].narrow(0, 0, i);
    const at::Tensor chosen = std::get<1>(a.topk(std::min(most, i)));
    a = a.index_select(0, chosen);
    a = a / a.sum();
    const at::Tensor x = stage.u[n].index_select(0, chosen);
    const at::Tensor centred = x - at::matmul(a, x);
    const at::Tensor score_matrix =
        at::matmul(stage.w_k.t(), stage.w_q) / std::sqrt(double(stage.w_q.size(0)));
    const at::Tensor j =
        at::eye(x.size(1), at::kDouble) -
        at::matmul(at::matmul((centred * a.unsqueeze(1)).t(), centred), score_matrix);
    return std::get<1>(at::slogdet(j)).item<double>();
}

TEST(Truncation, IsTheStageOverTheMostAttendedTokensAndStaysWithinItsBound) {
    for (const std::int64_t width : {5, 20}) {  // the past longer and shorter than twice the width
        const Stage stage({2, 24, width}, 0.6 / std::sqrt(double(width)), 20);
        const at::Tensor exact = stage.terms(uncapped()).logdet;
        double tightest = INFINITY;
        for (const std::int64_t most : {1, 4, 9, 30}) {
            StageTermsSettings settings = uncapped();
            settings.most_attended = most;
            const BarrierTerms terms = stage.terms(settings);
            for (std::int64_t n = 0; n < 2; ++n)
                for (std::int64_t i = 2; i < 24; ++i) {
                    const double found = terms.logdet[n][i - 2].item<double>();
                    const double bound = terms.truncation_bound[n][i - 2].item<double>();
                    EXPECT_NEAR(found, truncated_logdet(stage, n, i, most), 1e-8);
                    EXPECT_LE(std::abs(found - exact[n][i - 2].item<double>()), bound + 1e-8);
                    if (i <= most)
                        EXPECT_EQ(bound, 0.0);
                    else
                        tightest = std::min(tightest, bound);
                }
        }
        EXPECT_LT(tightest, 1.0);  // some bound says something
    }
}

TEST(Truncation, GradientsEqualFiniteDifferences) {
    const Stage stage({1, 15, 7}, 0.25, 30);
    StageTermsSettings settings = uncapped();
    settings.most_attended = 5;
    const auto gradients = stage.gradients(settings);
    at::NoGradGuard no_grad;
    const std::vector<at::Tensor> inputs = {stage.u, stage.w_q, stage.w_k};
    for (std::size_t k = 0; k < 3; ++k) {
        at::Generator generator = at::detail::createCPUGenerator(40 + k);
        const at::Tensor direction = at::empty_like(inputs[k]).normal_(0.0, 1.0, generator);
        const double h = 1e-6;
        const auto at_step = [&](double step) {
            inputs[k].add_(direction, step);
            const double value = stage.terms(settings).barrier.item<double>();
            inputs[k].add_(direction, -step);
            return value;
        };
        EXPECT_NEAR((gradients[k] * direction).sum().item<double>(),
                    (at_step(h) - at_step(-h)) / (2 * h), 1e-5)
            << "input " << k;
    }
}

TEST(Truncation, BatchedCallsGiveWhatTheKernelsGive) {
    const Stage stage({3, 40, 12}, 0.15, 50);
    at::NoGradGuard no_grad;
    const at::Tensor u0 = stage.u - stage.u.mean(1, true);
    const at::Tensor a = at::matmul(stage.w_k.t(), stage.w_q) / std::sqrt(12.0);
    const at::Tensor scores = stage_scores(stage.u, stage.w_q, stage.w_k),
                     right = at::matmul(u0, a);
    const DualInput in{scores,
                       strict_attention(scores),
                       at::matmul(u0, u0.transpose(1, 2)),
                       at::matmul(right, right.transpose(1, 2)),
                       drawn_positions(3, 40, 0.7, {.seed = 4}),
                       12.0,
                       4.0,
                       6};
    const DualGradients kernels = dual_gradients(in), batches = dual_gradients_by_batches(in);
    EXPECT_LE(largest(kernels.logdet - batches.logdet), 1e-9);
    EXPECT_LE(largest(kernels.norm.clamp_min(in.cap) - batches.norm.clamp_min(in.cap)), 1e-6);
    EXPECT_TRUE(at::allclose(kernels.bound, batches.bound, 1e-6, 1e-6));
    EXPECT_LE(largest(kernels.d_scores - batches.d_scores), 1e-8);
    const auto through_softmax =
        [&](const at::Tensor& gradient) {  // a constant in a row is nothing
            return at::_softmax_backward_data(gradient, in.attention, -1, at::kDouble);
        };
    EXPECT_LE(largest(through_softmax(kernels.d_attention) - through_softmax(batches.d_attention)),
              1e-8);
}

// ---- Random probes

StageTermsSettings probing(std::int64_t probes, std::int64_t steps, std::uint64_t draw) {
    StageTermsSettings settings = uncapped();
    settings.lanczos = LanczosSettings{probes, steps, {.seed = 7, .draw = draw}};
    return settings;
}

TEST(Lanczos, WithAllStepsIsUnbiasedAndStatesItsError) {
    const Stage stage({2, 12, 6}, 0.3, 60);
    const at::Tensor exact = stage.terms(uncapped()).logdet;
    const std::vector<at::Tensor> exact_gradients = stage.gradients(uncapped());
    constexpr int kDraws = 400;
    at::Tensor sum = at::zeros_like(exact), square = at::zeros_like(exact);
    at::Tensor stated = at::zeros_like(exact);
    std::vector<at::Tensor> sums(3), squares(3);
    for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
        const StageTermsSettings settings = probing(4, 6, draw);
        const BarrierTerms terms = stage.terms(settings);
        sum = sum + terms.logdet;
        square = square + (terms.logdet - exact).square();
        stated = stated + terms.probe_variance;
        const auto gradients = stage.gradients(settings);
        for (std::size_t k = 0; k < 3; ++k) {
            sums[k] = sums[k].defined() ? sums[k] + gradients[k] : gradients[k];
            squares[k] =
                squares[k].defined() ? squares[k] + gradients[k].square() : gradients[k].square();
        }
    }
    const at::Tensor error = (stated / kDraws / kDraws).sqrt() + 1e-9;  // of the mean of all draws
    EXPECT_LT(largest((sum / kDraws - exact) / error), 4.5);
    // The error it states is the error it makes, on the average over positions.
    EXPECT_NEAR((square / kDraws).mean().item<double>() / (stated / kDraws).mean().item<double>(),
                1.0, 0.15);
    for (std::size_t k = 0; k < 3; ++k) {
        const at::Tensor found = sums[k] / kDraws;
        const at::Tensor variance = (squares[k] / kDraws - found.square()) / kDraws;
        EXPECT_LT(largest((found - exact_gradients[k]) / (variance + 1e-16).sqrt()), 5.5)
            << "input " << k;
    }
}

TEST(Lanczos, FewStepsComeCloseAndNormsAreThoseOfTheInverse) {
    const Stage stage({1, 40, 32}, 0.1, 70);
    const BarrierTerms exact = [&] {
        StageTermsSettings settings;
        settings.cap = 1e-6;  // norms all exact
        return stage.terms(settings);
    }();
    double last = INFINITY;
    for (const std::int64_t steps : {2, 4, 8}) {
        const BarrierTerms rough = stage.terms(probing(64, steps, 1));
        const double bias = (rough.logdet - exact.logdet).mean().abs().item<double>();
        EXPECT_LT(bias, last);
        last = bias + 0.02;  // what 64 probes leave
    }
    const BarrierTerms fine = stage.terms(probing(256, 12, 2));
    EXPECT_LT(largest(fine.inverse_norm / exact.inverse_norm - 1), 0.2);
    EXPECT_TRUE(std::isnan(stage.terms(probing(1, 4, 3)).probe_variance[0][5].item<double>()));
    EXPECT_TRUE(
        at::equal(stage.terms(probing(2, 4, 9)).logdet, stage.terms(probing(2, 4, 9)).logdet));
}

TEST(Lanczos, ExhaustedSpacesAndNumericTroubleAreNoTrouble) {
    Stage stage({1, 5, 20}, 0.3, 80);  // a past of two tokens has a Krylov space of three
    const at::Tensor exact = stage.terms(uncapped()).logdet;
    const at::Tensor found = stage.terms(probing(300, 20, 1)).logdet;
    EXPECT_LT(largest(found - exact), 0.5);
    at::NoGradGuard no_grad;
    stage.u[0][1].fill_(std::nan(""));
    const BarrierTerms trouble = stage.terms(probing(2, 6, 1));
    EXPECT_EQ(trouble.sign.sum().item<double>(), 0.0);
    EXPECT_EQ(trouble.barrier.item<double>(), 0.0);
}

// ---- As the config chooses them

Corpus corpus() {
    std::string text;
    for (int k = 0; k < 60; ++k)
        text += "the grey fox saw " + std::to_string(k * 37 % 100) + " birds by the old mill.\n";
    return {"test", text};
}

RunConfig small_config() { return testing_support::small_training(8); }

struct Choice {
    const char* name;
    std::function<void(BarrierConfig&)> set;
    bool biased = false;
};

class EveryEstimator : public testing::TestWithParam<Choice> {};
INSTANTIATE_TEST_SUITE_P(Choices, EveryEstimator,
                         testing::Values(Choice{"sequences",
                                                [](BarrierConfig& b) { b.fraction = 0.5; }},
                                         Choice{"positions",
                                                [](BarrierConfig& b) {
                                                    b.fraction = 0.25;
                                                    b.sample = BarrierSampling::positions;
                                                }},
                                         Choice{"heads_positions",
                                                [](BarrierConfig& b) {
                                                    b.site = BarrierSite::heads;
                                                    b.fraction = 0.25;
                                                    b.sample = BarrierSampling::positions;
                                                }},
                                         Choice{"heads_sequences",
                                                [](BarrierConfig& b) {
                                                    b.site = BarrierSite::heads;
                                                    b.fraction = 0.5;
                                                }},
                                         Choice{"projected_positions",
                                                [](BarrierConfig& b) {
                                                    b.site = BarrierSite::projected;
                                                    b.projected_width = 5;
                                                    b.fraction = 0.25;
                                                    b.sample = BarrierSampling::positions;
                                                }},
                                         Choice{"truncated",
                                                [](BarrierConfig& b) {
                                                    b.estimator = BarrierEstimator::truncated;
                                                    b.attended = 8;
                                                },
                                                true},
                                         Choice{"lanczos",
                                                [](BarrierConfig& b) {
                                                    b.estimator = BarrierEstimator::lanczos;
                                                    b.lanczos_steps = 16;
                                                }},
                                         Choice{"lanczos_positions",
                                                [](BarrierConfig& b) {
                                                    b.estimator = BarrierEstimator::lanczos;
                                                    b.lanczos_steps = 16;
                                                    b.fraction = 0.5;
                                                    b.sample = BarrierSampling::positions;
                                                }}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(EveryEstimator, TrainsResumesAndStatesItsError) {
    RunConfig config = small_config();
    GetParam().set(config.barrier);
    Trainer straight(config, corpus());
    straight.step();
    const double first = straight.report().ce;
    for (int k = 0; k < 19; ++k) straight.step();
    const SafeTensors saved = straight.checkpoint();
    for (int k = 0; k < 10; ++k) straight.step();
    EXPECT_LT(straight.report().ce, first);
    Trainer resumed = Trainer::resume(saved, "test", config, corpus());
    for (int k = 0; k < 10; ++k) resumed.step();
    EXPECT_EQ(straight.report().ce, resumed.report().ce);
    EXPECT_EQ(straight.report().barrier, resumed.report().barrier);

    // On the same windows, over many draws: the mean is the exact value and the stated error the
    // spread.
    const Model& model = *straight.model();
    at::NoGradGuard no_grad;
    at::Generator generator = at::detail::createCPUGenerator(5);
    const at::Tensor ids = at::randint(0, model.gpt.vocabulary(), {8, 24}, generator, at::kLong);
    const at::Tensor u = model.gpt.embed(ids);
    Tap tap;
    ForwardOptions options;
    options.tap = &tap;
    (void)model.gpt.hidden_from_embeddings(u, options);
    const double exact = report_barrier(model, u, tap).barrier.item<double>();
    constexpr int kDraws = 200;
    double mean = 0, square = 0, stated = 0, bound = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
        const BarrierEstimate estimate = estimate_barrier(model, u, tap, draw);
        mean += estimate.barrier / kDraws;
        square += (estimate.barrier - exact) * (estimate.barrier - exact) / kDraws;
        stated += estimate.standard_error * estimate.standard_error / kDraws;
        bound = std::max(bound, estimate.bound);
    }
    if (GetParam().biased) {
        EXPECT_EQ(stated, 0.0);
        EXPECT_LE(std::abs(mean - exact), bound + 1e-5);
        return;
    }
    EXPECT_NEAR(mean, exact, 4 * std::sqrt(square / kDraws) + 1e-5);
    EXPECT_NEAR(std::sqrt(square), std::sqrt(stated), 0.2 * std::sqrt(stated));
    EXPECT_EQ(bound, 0.0);
}

TEST(EstimatorConfig, HeadsTakeSamplingOnlyAndExactRunsReportNoEstimate) {
    RunConfig config = small_config();
    EXPECT_TRUE(std::isnan(Trainer(config, corpus()).evaluate().barrier_estimate));
    config.barrier.site = BarrierSite::heads;
    config.barrier.estimator = BarrierEstimator::lanczos;
    EXPECT_THROW(Trainer(config, corpus()), UserError);
}

}  // namespace
}  // namespace marginscope
