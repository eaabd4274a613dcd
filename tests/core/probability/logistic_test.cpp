// The fit against what it must satisfy, the odds of a table, and odd numbers.
#include "core/probability/logistic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace marginscope {
namespace {

TEST(Logistic, IsTheMinimumOfWhatItMinimises) {
    std::mt19937 rng(4);
    std::normal_distribution<double> normal;
    std::vector<std::vector<double>> features(3);
    std::vector<std::uint8_t> wrong;
    for (int k = 0; k < 200; ++k) {
        for (auto& one : features) one.push_back(10.0 * normal(rng) + 3.0);
        wrong.push_back(0.1 * features[0].back() - 0.3 + normal(rng) > 0.0 ? 1 : 0);
    }
    const double ridge = 2.0;
    const LogisticFit fit = fit_logistic(features, wrong, ridge);
    // Central differences of the penalised likelihood, written out from the fit's own words.
    const auto loss = [&](const LogisticFit& at) {
        double sum = 0.0;
        for (std::size_t k = 0; k < wrong.size(); ++k) {
            double z = at.intercept;
            for (std::size_t f = 0; f < 3; ++f)
                z += at.weights[f] * (features[f][k] - at.center[f]) / at.scale[f];
            sum += std::log1p(std::exp(wrong[k] ? -z : z));
        }
        for (const double w : at.weights) sum += 0.5 * ridge * w * w;
        return sum;
    };
    const double h = 1e-4;
    for (std::size_t f = 0; f < 4; ++f) {
        LogisticFit up = fit, down = fit;
        (f < 3 ? up.weights[f] : up.intercept) += h;
        (f < 3 ? down.weights[f] : down.intercept) -= h;
        EXPECT_NEAR((loss(up) - loss(down)) / (2.0 * h), 0.0, 1e-3);
        EXPECT_GT(loss(up), loss(fit));
        EXPECT_GT(loss(down), loss(fit));
    }
    EXPECT_GT(fit.weights[0], 5.0 * std::abs(fit.weights[1]));
}

TEST(Logistic, OfNoFeatureAndOfATableIsTheLogOfTheOdds) {
    const std::vector<std::uint8_t> wrong = {1, 0, 0, 0, 1, 1, 1, 0};
    EXPECT_NEAR(fit_logistic({}, {wrong.data(), 4}).intercept, std::log(1.0 / 3), 1e-5);
    const std::vector<std::vector<double>> half = {{0, 0, 0, 0, 1, 1, 1, 1}};
    const LogisticFit fit = fit_logistic(half, wrong, 1e-9);
    EXPECT_NEAR(fit.log_odds(std::vector{0.0}), std::log(1.0 / 3), 1e-5);
    EXPECT_NEAR(fit.log_odds(std::vector{1.0}), std::log(3.0), 1e-5);
}

TEST(Logistic, WhatIsNoNumberCountsAsTheMeanAndWhatIsFarAsTheEnd) {
    const double inf = std::numeric_limits<double>::infinity();
    const std::vector<std::vector<double>> features = {{0, 1, 2, 3, 4, -inf}, {7, 7, 7, 7, 7, 7}};
    const std::vector<std::uint8_t> wrong = {0, 0, 1, 0, 1, 0};
    const LogisticFit fit = fit_logistic(features, wrong);
    const auto at = [&](double x) { return fit.log_odds(std::vector{x, 9.0}); };
    EXPECT_EQ(at(-inf), at(0.0));
    EXPECT_EQ(at(1e9), at(4.0));
    EXPECT_EQ(at(NAN), at(2.0));
    EXPECT_LT(at(0.0), at(4.0));
    // All right and clearly separated: finite all the same.
    EXPECT_TRUE(std::isfinite(fit_logistic(features, std::vector<std::uint8_t>(6, 0)).intercept));
}

}  // namespace
}  // namespace marginscope
