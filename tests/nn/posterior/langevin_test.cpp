// Langevin dynamics where the density has a closed form: a Gaussian and Bayesian linear regression.
// Each row of the parameter is a chain of its own, so that the moments are known to about 1 %.
#include "nn/posterior/langevin.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/model/device.h"
#include "nn/normal_tensor.h"

namespace marginscope {
namespace {

constexpr std::int64_t kChains = 1500;

/// Mean (d) and covariance (d, d) over chains and over `draws` states `every` steps apart.
struct Moments {
    at::Tensor mean, covariance;
};

template <typename Gradient>
Moments sampled(const at::Tensor& theta, Langevin& chain, int draws, int every,
                const Gradient& gradient) {
    at::NoGradGuard no_grad;
    set_compute_threads(1);  // small products: threads would only wait for each other
    const auto step = [&] {
        theta.mutable_grad() = gradient(theta.detach(), chain.steps());
        chain.step();
    };
    while (!chain.burnt_in()) step();
    for (int k = 0; k < 600; ++k) step();  // whatever the start was is forgotten
    const std::int64_t d = theta.size(1);
    at::Tensor sum = at::zeros({d}, at::kDouble);
    at::Tensor squares = at::zeros({d, d}, at::kDouble);
    for (int draw = 0; draw < draws; ++draw) {
        for (int k = 0; k < every; ++k) step();
        sum += theta.detach().sum(0);
        squares += at::matmul(theta.detach().transpose(0, 1), theta.detach());
    }
    const double n = static_cast<double>(draws * theta.size(0));
    const at::Tensor mean = sum / n;
    return {mean, squares / n - at::outer(mean, mean)};
}

/// 5 % of the standard deviations: of a mean, and of a covariance in units of both variances.
void expect_law(const Moments& found, const at::Tensor& mean, const at::Tensor& covariance) {
    const at::Tensor deviation = covariance.diagonal().sqrt();
    EXPECT_LT(((found.mean - mean) / deviation).abs().max().item<double>(), 0.05);
    const at::Tensor units = at::outer(deviation, deviation);
    EXPECT_LT(((found.covariance - covariance) / units).abs().max().item<double>(), 0.05)
        << found.covariance << covariance;
}

at::Tensor start(std::int64_t d) {
    return at::zeros({kChains, d}, at::kDouble).set_requires_grad(true);
}

TEST(Langevin, DrawsFromAGaussian) {
    constexpr double kCount = 40.0;
    const at::Tensor root =
        at::tensor({1.0, 0.0, 0.0, 0.6, 0.8, 0.0, -0.5, 0.3, 1.5}, at::kDouble).reshape({3, 3});
    const at::Tensor covariance = at::matmul(root, root.transpose(0, 1));
    const at::Tensor precision = at::linalg_inv(covariance);
    const at::Tensor mean = at::tensor({1.0, -2.0, 0.5}, at::kDouble);
    for (const double temperature : {1.0, 0.25}) {
        const at::Tensor theta = start(3);
        LangevinSettings settings;
        settings.count = kCount;
        settings.temperature = temperature;
        settings.step_size =
            0.5;  // G = 1: time step 0.0125, at most 0.012 of the variance too much
        settings.seed = 3;
        Langevin chain({{"theta", theta}}, settings);
        expect_law(sampled(theta, chain, 30, 60,
                           [&](const at::Tensor& at, std::int64_t) {
                               return at::matmul(at - mean, precision) / kCount;
                           }),
                   mean, covariance * temperature);
    }
}

TEST(Langevin, DrawsFromAGaussianWhateverThePreconditioner) {
    const at::Tensor deviation = at::tensor({0.2, 1.0, 2.0}, at::kDouble);
    const at::Tensor theta = start(3);
    theta.detach().copy_(testing_support::normal({kChains, 3}, 1.5, 6) * deviation);
    LangevinSettings settings;
    // Full gradients change slowly: G must look back further than theta takes to move, or it would
    // be tiny where theta happens to be far out and huge where the gradient is next to nothing.
    settings.burn_in = 4000;
    settings.decay = 0.999;
    settings.floor = 1e-6;
    settings.step_size = 0.012;
    Langevin chain({{"theta", theta}}, settings);
    expect_law(sampled(theta, chain, 30, 60,
                       [&](const at::Tensor& at, std::int64_t) { return at / deviation.square(); }),
               at::zeros({3}, at::kDouble), deviation.square().diag());
}

TEST(Langevin, IsWrongAtLargeStepsAsItsHeaderSays) {
    // Full gradients, curvature 2, G = 1: the variance 1/2 becomes 1/2 / (1 - 2 e / 4).
    constexpr double kCurvature = 2.0;
    for (const double step_size : {0.5, 1.0}) {
        const at::Tensor theta = start(1);
        LangevinSettings settings;
        settings.step_size = step_size;
        Langevin chain({{"theta", theta}}, settings);
        const Moments found =
            sampled(theta, chain, 400, 5,
                    [&](const at::Tensor& at, std::int64_t) { return at * kCurvature; });
        const double expected = 1.0 / kCurvature / (1.0 - step_size * kCurvature / 4.0);
        EXPECT_NEAR(found.covariance.item<double>() / expected, 1.0, 0.02) << step_size;
    }
}

/// y = X theta + N(0, 0.5²), theta ~ N(0, 2²): closed form, and its gradient from minibatches.
struct Regression {
    static constexpr std::int64_t kRows = 200;
    static constexpr double kNoise = 0.5, kPrior = 2.0;
    at::Tensor x = testing_support::normal({kRows, 3}, 1.0, 1);
    at::Tensor y;
    at::Tensor mean, covariance;

    Regression() {
        x.select(1, 2).add_(x.select(1, 1), 0.5);  // correlated coordinates
        const at::Tensor truth = at::tensor({0.5, -1.0, 2.0}, at::kDouble);
        y = at::matmul(x, truth) + kNoise * testing_support::normal({kRows}, 1.0, 2);
        const at::Tensor precision = at::matmul(x.transpose(0, 1), x) / (kNoise * kNoise) +
                                     at::eye(3, at::kDouble) / (kPrior * kPrior);
        covariance = at::linalg_inv(precision);
        mean = at::matmul(covariance, at::matmul(x.transpose(0, 1), y)) / (kNoise * kNoise);
    }

    /// Of L = U / rows, each chain from `batch` rows of its own; 0: all.
    at::Tensor gradient(const at::Tensor& theta, std::int64_t batch,
                        at::Generator& generator) const {
        const at::Tensor prior = theta / (kPrior * kPrior * kRows);
        if (batch == 0)
            return at::matmul(at::matmul(theta, x.transpose(0, 1)) - y, x) /
                       (kNoise * kNoise * kRows) +
                   prior;
        const at::Tensor rows = at::randint(kRows, {theta.size(0) * batch}, generator, at::kLong);
        const at::Tensor chosen = x.index_select(0, rows).reshape({-1, batch, 3});
        const at::Tensor targets = y.index_select(0, rows).reshape({-1, batch, 1});
        const at::Tensor residual = at::matmul(chosen, theta.unsqueeze(2)) - targets;
        return at::matmul(chosen.transpose(1, 2), residual).squeeze(2) /
                   (kNoise * kNoise * static_cast<double>(batch)) +
               prior;
    }
};

TEST(Langevin, DrawsFromALinearRegression) {
    const Regression regression;
    for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{20}}) {
        at::Generator generator = at::detail::createCPUGenerator(4);
        const at::Tensor theta = start(3);
        // Near where a training would have ended; at the mode itself G would know no scale.
        theta.detach().copy_(testing_support::normal({kChains, 3}, 0.05, 6) + regression.mean);
        LangevinSettings settings;
        settings.count = Regression::kRows;
        settings.burn_in = batch == 0 ? 500 : 1500;
        settings.floor = 1e-6;
        settings.step_size = batch == 0 ? 0.004 : 0.0008;
        settings.seed = 9;
        Langevin chain({{"theta", theta}}, settings);
        const Moments found =
            sampled(theta, chain, 15, 60, [&](const at::Tensor& at, std::int64_t) {
                return regression.gradient(at, batch, generator);
            });
        SCOPED_TRACE(batch);
        expect_law(found, regression.mean, regression.covariance);
        if (batch > 0) {
            EXPECT_GT(chain.gradient_heat(), 0.0);
            EXPECT_LT(chain.gradient_heat(), 0.05);
        }
    }
}

TEST(Langevin, SaysHowMuchMinibatchesHeat) {
    // Gradients of curvature 1 with independent noise: the variance grows as gradient_heat() says.
    at::Generator generator = at::detail::createCPUGenerator(5);
    const at::Tensor theta = start(2);
    LangevinSettings settings;
    settings.count = 100.0;
    settings.burn_in = 800;
    settings.floor = 1e-6;
    settings.step_size = 0.02;
    Langevin chain({{"theta", theta}}, settings);
    const Moments found = sampled(theta, chain, 60, 60, [&](const at::Tensor& at, std::int64_t) {
        return at + at::empty_like(at).normal_(0.0, 1.0, generator);
    });
    const double heat = chain.gradient_heat();
    EXPECT_GT(heat, 0.3);
    const double expected = (1.0 + heat) / settings.count;
    EXPECT_NEAR(found.covariance.diagonal().mean().item<double>() / expected, 1.0, 0.05);
}

TEST(Langevin, GoesOnBitForBitFromItsState) {
    const at::Tensor mean = testing_support::normal({5, 4}, 1.0, 7, at::kFloat);
    const auto run = [&](const at::Tensor& theta, Langevin& chain, int steps) {
        for (int k = 0; k < steps; ++k) {
            theta.mutable_grad() = theta.detach() - mean;
            chain.step();
        }
    };
    LangevinSettings settings;
    settings.burn_in = 30;
    settings.seed = 8;
    settings.chain = 2;
    const at::Tensor whole = at::zeros({5, 4}).set_requires_grad(true);
    Langevin chain({{"theta", whole}}, settings);
    run(whole, chain, 65);
    for (const int stop : {10, 40}) {  // while G follows, and after
        const at::Tensor before = at::zeros({5, 4}).set_requires_grad(true);
        Langevin stopped({{"theta", before}}, settings);
        run(before, stopped, stop);
        const at::Tensor after = before.detach().clone().set_requires_grad(true);
        Langevin restored({{"theta", after}}, settings);
        restored.state()[0].value.copy_(stopped.state()[0].value);
        restored.set_steps(stopped.steps());
        run(after, restored, 65 - stop);
        EXPECT_TRUE(at::equal(after.detach(), whole.detach())) << stop;
    }
    // And chains do not share their noise.
    settings.chain = 3;
    const at::Tensor other = at::zeros({5, 4}).set_requires_grad(true);
    Langevin another({{"theta", other}}, settings);
    run(other, another, 65);
    EXPECT_FALSE(at::equal(other.detach(), whole.detach()));
}

}  // namespace
}  // namespace marginscope
