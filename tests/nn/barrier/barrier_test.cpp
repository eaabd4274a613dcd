// The training barriers against core's stage and attention itself: values, gradients, singular and
// capped positions.
#include "nn/barrier/barrier.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <Eigen/LU>
#include <cmath>
#include <functional>
#include <vector>

#include "core/stage/stage.h"
#include "nn/barrier/covariance_gradients.h"
#include "nn/barrier/device_check.h"
#include "nn/barrier/dual_gradients.h"
#include "nn/barrier/positions.h"
#include "nn/barrier/stage_terms.h"
#include "nn/model/embedding_stage.h"
#include "nn/normal_tensor.h"

namespace marginscope {
namespace {

using testing_support::normal;

constexpr double kNoCap = 1e12;

Matrix matrix_of(const at::Tensor& t) {
    const at::Tensor c = t.detach().to(at::kDouble).contiguous();
    return Eigen::Map<const Matrix>(c.const_data_ptr<double>(), c.size(0), c.size(1));
}

Stage stage_of(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    StageWeights weights;
    weights.w_q = matrix_of(w_q);
    weights.w_k = matrix_of(w_k);
    return Stage(matrix_of(u), weights);
}

struct Case {
    std::int64_t sequences, time, width;
    double std;
};

struct Inputs {
    at::Tensor u, w_q, w_k;
};

Inputs inputs_of(const Case& c, std::uint64_t seed, at::ScalarType type) {
    return {normal({c.sequences, c.time, c.width}, 1.0, seed, type).set_requires_grad(true),
            normal({c.width, c.width}, c.std, seed + 1, type).set_requires_grad(true),
            normal({c.width, c.width}, c.std, seed + 2, type).set_requires_grad(true)};
}

// Central differences of `value` in the direction of every input at once, along random directions.
void expect_gradient(const std::function<at::Tensor(const std::vector<at::Tensor>&)>& value,
                     const std::vector<at::Tensor>& at_point, double tolerance) {
    const auto gradients = torch::autograd::grad({value(at_point)}, at_point);
    at::NoGradGuard no_grad;
    for (std::size_t k = 0; k < at_point.size(); ++k) {
        for (std::uint64_t trial = 0; trial < 3; ++trial) {
            const at::Tensor direction = normal(at_point[k].sizes(), 1.0, 100 * k + trial);
            const double h = 1e-6;
            std::vector<at::Tensor> moved = at_point;
            moved[k] = at_point[k] + h * direction;
            const double up = value(moved).item<double>();
            moved[k] = at_point[k] - h * direction;
            const double down = value(moved).item<double>();
            const double expected = (up - down) / (2 * h);
            const double found = (gradients[k] * direction).sum().item<double>();
            EXPECT_NEAR(found, expected, tolerance * std::max(1.0, std::abs(expected)))
                << "input " << k;
        }
    }
}

// The dual and the primal form; few sequences (taken in parts) and several; several groups of
// positions.
class StageBarrier : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Shapes, StageBarrier,
                         testing::Values(Case{2, 20, 24, 0.3}, Case{3, 40, 6, 0.4},
                                         Case{1, 64, 33, 0.2}, Case{2, 3, 8, 0.5},
                                         Case{5, 30, 4, 0.4}, Case{1, 12, 1, 0.9}));

TEST_P(StageBarrier, EqualsTheStageOfCore) {
    const Inputs in = inputs_of(GetParam(), 7, at::kDouble);
    const BarrierTerms terms = stage_barrier(in.u, in.w_q, in.w_k, kNoCap);
    const BarrierTerms capped = stage_barrier(in.u, in.w_q, in.w_k, 1e-6);  // norms all exact
    double sum = 0.0;
    int count = 0;
    for (std::int64_t n = 0; n < GetParam().sequences; ++n) {
        const Stage stage = stage_of(in.u[n], in.w_q, in.w_k);
        for (int i = 2; i < stage.positions(); ++i) {
            const LogDet expected = stage.log_det_primal(i);
            EXPECT_NEAR(terms.logdet[n][i - 2].item<double>(), expected.value,
                        1e-9 * (1 + std::abs(expected.value)));
            EXPECT_EQ(terms.sign[n][i - 2].item<double>(), expected.sign);
            const double norm = stage.jacobian(i).inverse().norm();
            EXPECT_GE(terms.inverse_norm[n][i - 2].item<double>(), norm * (1 - 1e-8 * norm));
            EXPECT_NEAR(capped.inverse_norm[n][i - 2].item<double>(), norm, 1e-8 * norm * norm);
            sum -= expected.value;
            ++count;
        }
    }
    EXPECT_NEAR(terms.barrier.item<double>(), sum / count, 1e-10 * (1 + std::abs(sum / count)));
    const BarrierReport report = read_barrier_counts(barrier_counts(terms, kNoCap));
    EXPECT_EQ(report.positions, count);
    EXPECT_NEAR(report.barrier, sum / count, 1e-10 * (1 + std::abs(sum / count)));
}

TEST_P(StageBarrier, GradientsEqualFiniteDifferences) {
    const Inputs in = inputs_of(GetParam(), 17, at::kDouble);
    expect_gradient([](const auto& x) { return stage_barrier(x[0], x[1], x[2], kNoCap).barrier; },
                    {in.u, in.w_q, in.w_k}, 1e-5);
}

TEST_P(StageBarrier, Float32IsCloseToFloat64) {
    const Inputs in = inputs_of(GetParam(), 27, at::kDouble);
    const auto value = [](const Inputs& x) { return stage_barrier(x.u, x.w_q, x.w_k, kNoCap); };
    const BarrierTerms exact = value(in);
    // Where J is nearly singular its inverse, and with it the gradient, has few digits in float32.
    const double worst =
        stage_barrier(in.u, in.w_q, in.w_k, 1e-6).inverse_norm.max().item<double>();
    Inputs single;
    single.u = in.u.detach().to(at::kFloat).set_requires_grad(true);
    single.w_q = in.w_q.detach().to(at::kFloat).set_requires_grad(true);
    single.w_k = in.w_k.detach().to(at::kFloat).set_requires_grad(true);
    const BarrierTerms rough = value(single);
    EXPECT_NEAR(rough.barrier.item<double>(), exact.barrier.item<double>(),
                1e-4 * std::max(1.0, worst / 100));
    const auto wanted = torch::autograd::grad({exact.barrier}, {in.u, in.w_q, in.w_k});
    const auto found = torch::autograd::grad({rough.barrier}, {single.u, single.w_q, single.w_k});
    for (std::size_t k = 0; k < 3; ++k) {
        const double error = (found[k].to(at::kDouble) - wanted[k]).norm().item<double>();
        EXPECT_LE(error, 1e-4 * std::max(1.0, worst / 100) *
                             std::max(1e-6, wanted[k].norm().item<double>()));
    }
}

TEST(Barrier, SingularPositionsHaveNoGradientAndAreCounted) {
    // d = 1: J_i = 1 - a Var_i. Past 0, 2 and a query at 0: equal weights, Var = 1, so a = 1 is
    // singular exactly.
    const at::Tensor u =
        at::tensor({0.0, 2.0, 0.0}, at::kDouble).view({1, 3, 1}).set_requires_grad(true);
    const at::Tensor w = at::ones({1, 1}, at::kDouble).set_requires_grad(true);
    const BarrierTerms terms = stage_barrier(u, w, w, 100.0);
    EXPECT_EQ(terms.logdet.item<double>(), -INFINITY);
    EXPECT_EQ(terms.barrier.item<double>(), 0.0);
    const auto gradients = torch::autograd::grad({terms.barrier}, {u, w});
    EXPECT_EQ(gradients[0].abs().max().item<double>(), 0.0);
    EXPECT_EQ(gradients[1].abs().max().item<double>(), 0.0);
    EXPECT_EQ(read_barrier_counts(barrier_counts(terms, 100.0)).singular, 1);
}

TEST(Barrier, CapScalesEachPositionsGradientByItsInverseNorm) {
    for (const std::int64_t width :
         {std::int64_t{3}, std::int64_t{12}}) {  // primal and dual for the last position
        const Case shape{1, 8, width, 0.6};
        const Inputs in = inputs_of(shape, 37, at::kDouble);
        const at::Tensor norms = stage_barrier(in.u, in.w_q, in.w_k, 1e-6).inverse_norm;
        const double cap =
            0.5 * (norms.min() + norms.max()).item<double>();  // some above, some below
        const BarrierTerms terms = stage_barrier(in.u, in.w_q, in.w_k, cap);
        const at::Tensor found = torch::autograd::grad({terms.barrier}, {in.u})[0];
        // The position's own part of each gradient, by differences of core's values.
        at::Tensor expected = at::zeros_like(in.u);
        const Matrix u = matrix_of(in.u[0]);
        int capped = 0;
        for (int i = 2; i < 8; ++i) {
            const double norm = stage_of(in.u[0], in.w_q, in.w_k).jacobian(i).inverse().norm();
            const double weight = std::min(1.0, cap / norm);
            capped += norm > cap;
            for (int t = 0; t < 8; ++t)
                for (int c = 0; c < width; ++c) {
                    const double h = 1e-6;
                    double side[2];
                    for (int s = 0; s < 2; ++s) {
                        Stage moved = stage_of(in.u[0], in.w_q, in.w_k);
                        Vector x = u.row(t).transpose();
                        x[c] += s == 0 ? h : -h;
                        moved.set_embedding(t, x);
                        side[s] = moved.log_det(i).value;
                    }
                    expected[0][t][c] += -weight * (side[0] - side[1]) / (2 * h) / 6.0;
                }
        }
        ASSERT_GT(capped, 0);
        ASSERT_LT(capped, 6);
        EXPECT_EQ(read_barrier_counts(barrier_counts(terms, cap)).capped, capped);
        EXPECT_LE((found - expected).abs().max().item<double>(),
                  1e-5 * expected.abs().max().item<double>());
    }
}

// What the model gets is the barrier's gradient times its factor, and the energy's times its own;
// what the stage gets is both in full.
TEST_P(StageBarrier, FactorsReachTheEmbeddingsAlone) {
    const Inputs in = inputs_of(GetParam(), 91, at::kDouble);
    const double cap = 5.0;
    const auto gradients = [&](double barrier, double energy, double of_barrier,
                               double of_residual) {
        StageTermsSettings settings;
        settings.barrier_factor = barrier;
        settings.energy_factor = energy;
        settings.cap = cap;
        const StageTerms terms = stage_terms(in.u, in.w_q, in.w_k, settings);
        return torch::autograd::grad(
            {terms.barrier.barrier * of_barrier + terms.residual_square * of_residual},
            {in.u, in.w_q, in.w_k}, {}, std::nullopt, false, true);
    };
    const auto barrier = gradients(1.0, 1.0, 1.0, 0.0);
    const auto energy = gradients(1.0, 1.0, 0.0, 1.0);
    const auto both = gradients(0.3, 0.7, 1.7, 0.9);
    const at::Tensor residual = mean_residual_square(in.u, in.w_q, in.w_k);
    const auto expected_energy = torch::autograd::grad({residual}, {in.u, in.w_q, in.w_k});
    const auto close = [](const at::Tensor& a, const at::Tensor& b) {
        EXPECT_LE((a - b).norm().item<double>(), 1e-10 * (1.0 + b.norm().item<double>()));
    };
    close(both[0], 0.3 * 1.7 * barrier[0] + 0.7 * 0.9 * energy[0]);
    for (std::size_t k = 1; k < 3; ++k) close(both[k], 1.7 * barrier[k] + 0.9 * energy[k]);
    for (std::size_t k = 0; k < 3; ++k) close(energy[k], expected_energy[k]);
    EXPECT_FALSE(gradients(0.0, 0.0, 1.0, 1.0)[0].defined());
}

// On a GPU the barrier goes through batched ATen calls; on the CPU both ways can be compared.
TEST_P(StageBarrier, BatchedCallsGiveWhatTheKernelsGive) {
    const Inputs in = inputs_of(GetParam(), 92, at::kDouble);
    const at::NoGradGuard no_grad;
    const std::int64_t time = in.u.size(1);
    const at::Tensor u0 = in.u - in.u.mean(1, true);
    const at::Tensor a = at::matmul(in.w_k.t(), in.w_q) / std::sqrt(double(in.w_q.size(0)));
    const at::Tensor scores = stage_scores(in.u, in.w_q, in.w_k);
    const at::Tensor attention = strict_attention(scores);
    const at::Tensor right = at::matmul(u0, a);
    const double cap = 1.3 * std::sqrt(double(in.u.size(2)));
    for (const at::Tensor& positions : {all_positions(in.u.size(0), time),
                                        drawn_positions(in.u.size(0), time, 0.4, {.seed = 5})}) {
        const DualInput dual{scores,
                             attention,
                             at::matmul(u0, u0.transpose(1, 2)),
                             at::matmul(right, right.transpose(1, 2)),
                             positions,
                             double(in.u.size(2)),
                             cap};
        const DualGradients k = dual_gradients(dual), b = dual_gradients_by_batches(dual);
        const CovarianceInput primal{
            rows_at(attention, positions), positions, 0, u0, right, cap, std::nullopt};
        const CovarianceGradients kc = covariance_gradients(primal);
        const CovarianceGradients bc = covariance_gradients_by_batches(primal);
        const at::Tensor scale = at::clamp_min(b.norm, 1.0);
        for (const auto& [found, expected] : {std::pair{k.logdet, b.logdet},
                                              {k.sign, b.sign},
                                              {kc.logdet, bc.logdet},
                                              {kc.sign, bc.sign},
                                              {kc.logdet, k.logdet}})
            EXPECT_LE(((found - expected).abs() / scale).max().item<double>(), 1e-10);
        EXPECT_TRUE(at::allclose(k.norm.clamp_min(cap), b.norm.clamp_min(cap), 1e-7));
        const auto expect_same = [](const at::Tensor& found, const at::Tensor& expected) {
            EXPECT_LE((found - expected).norm().item<double>(),
                      1e-8 * (1.0 + expected.norm().item<double>()));
        };
        expect_same(k.d_scores, b.d_scores);
        expect_same(k.d_attention, b.d_attention);
        expect_same(kc.d_attention, bc.d_attention);
        expect_same(kc.d_values, bc.d_values);
        expect_same(kc.d_keys, bc.d_keys);
    }
}

// A step on chosen positions has the value and the gradient of those alone.
TEST_P(StageBarrier, ChosenPositionsAreMeansOverThemselves) {
    const Inputs in = inputs_of(GetParam(), 93, at::kDouble);
    const at::Tensor positions = drawn_positions(in.u.size(0), in.u.size(1), 0.3, {.seed = 6});
    StageTermsSettings settings;
    settings.cap = kNoCap;
    settings.positions = positions;
    const BarrierTerms all = stage_barrier(in.u, in.w_q, in.w_k, kNoCap);
    const BarrierTerms some = stage_terms(in.u, in.w_q, in.w_k, settings).barrier;
    const at::Tensor expected = all.logdet.gather(1, positions - 2);
    EXPECT_TRUE(at::allclose(some.logdet, expected, 1e-9, 1e-9));
    EXPECT_NEAR(some.barrier.item<double>(), -expected.mean().item<double>(), 1e-9);
    expect_gradient(
        [&](const auto& x) { return stage_terms(x[0], x[1], x[2], settings).barrier.barrier; },
        {in.u, in.w_q, in.w_k}, 1e-5);
}

// What a GPU is measured by before it trains: here the processor's own batched calls.
TEST(DeviceCheck, BatchedCallsOfEveryFormAreTheKernelsToRounding) {
    const double difference = barrier_difference(at::kCPU);
    EXPECT_LT(difference, 1e-4);
    EXPECT_GT(difference, 0.0);  // two ways, not one
    EXPECT_NO_THROW(check_barrier(at::kCPU));
}

TEST(Barrier, SmallestSingularValueEqualsCore) {
    const Inputs in = inputs_of({2, 14, 5, 0.5}, 47, at::kDouble);
    double smallest = INFINITY;
    for (int n = 0; n < 2; ++n) {
        const Stage stage = stage_of(in.u[n], in.w_q, in.w_k);
        for (int i = 2; i < 14; ++i) smallest = std::min(smallest, stage.sigma_min(i));
    }
    EXPECT_NEAR(stage_sigma_min(in.u, in.w_q, in.w_k), smallest, 1e-10);
}

TEST(EmbeddingStage, ProjectionHasOrthonormalRowsThatStayPut) {
    EmbeddingStage stage = EmbeddingStage::random(20, 4, 0.1, 3, at::kCPU, at::kDouble);
    const at::Tensor before = stage.w_p.detach().clone();
    EXPECT_LE((at::matmul(before, before.t()) - at::eye(4, at::kDouble)).abs().max().item<double>(),
              1e-12);
    stage.orthonormalise();
    EXPECT_LE((stage.w_p - before).abs().max().item<double>(), 1e-12);
}

TEST(EmbeddingStage, ResidualIsThatOfCore) {
    const Inputs in = inputs_of({2, 9, 5, 0.5}, 57, at::kDouble);
    double sum = 0.0;
    for (int n = 0; n < 2; ++n) {
        const Stage stage = stage_of(in.u[n], in.w_q, in.w_k);
        for (int i = 2; i < 9; ++i) sum += stage.residual(i).squaredNorm();
    }
    EXPECT_NEAR(mean_residual_square(in.u, in.w_q, in.w_k).item<double>(), sum / (2 * 7 * 5),
                1e-12);
}

}  // namespace
}  // namespace marginscope
