// Resampling: counts, averages over the offset, and the error from the family tree against the
// scatter of independent runs.
#include "core/probability/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/probability/log_space.h"

namespace marginscope {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

std::vector<double> random_weights(std::mt19937& rng, std::size_t count) {
    std::gamma_distribution<double> gamma(0.3);
    std::vector<double> weights(count);
    for (double& one : weights) one = gamma(rng);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& one : weights) one /= sum;
    return weights;
}

TEST(Resampling, EffectiveSizeOfEqualAndOfOneSidedWeights) {
    EXPECT_NEAR(effective_sample_size(std::vector{-3.0, -3.0, -3.0, -3.0}), 4.0, 1e-12);
    EXPECT_NEAR(effective_sample_size(std::vector{0.0, kNone, kNone}), 1.0, 1e-12);
    EXPECT_NEAR(effective_sample_size(std::vector{std::log(2.0), 0.0}), 9.0 / 5.0, 1e-12);
    EXPECT_EQ(effective_sample_size(std::vector{kNone, kNone}), 0.0);
}

TEST(Resampling, EachIndexOnItsShareRoundedEitherWay) {
    std::mt19937 rng(4);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (int round = 0; round < 300; ++round) {
        const std::vector<double> weights = random_weights(rng, 1 + rng() % 12);
        const std::size_t count = 1 + rng() % 40;
        const auto chosen = systematic_resample(weights, count, uniform(rng));
        ASSERT_EQ(chosen.size(), count);
        EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const double expected = weights[k] * static_cast<double>(count);
            const auto times = static_cast<double>(
                std::count(chosen.begin(), chosen.end(), static_cast<std::int64_t>(k)));
            EXPECT_GE(times, std::floor(expected - 1e-9));
            EXPECT_LE(times, std::ceil(expected + 1e-9));
        }
    }
}

TEST(Resampling, OnAverageExactlyTheShare) {
    std::mt19937 rng(5);
    const std::vector<double> weights = random_weights(rng, 7);
    constexpr std::size_t kCount = 5;
    constexpr int kOffsets = 20000;
    std::vector<double> times(weights.size(), 0.0);
    for (int k = 0; k < kOffsets; ++k)
        for (const std::int64_t one : systematic_resample(weights, kCount, (k + 0.5) / kOffsets))
            times[static_cast<std::size_t>(one)] += 1.0 / kOffsets;
    for (std::size_t k = 0; k < weights.size(); ++k)
        EXPECT_NEAR(times[k], weights[k] * kCount, 2.0 * kCount / kOffsets);
}

TEST(Resampling, WhatHasNoWeightIsNeverDrawn) {
    const std::vector<double> weights = {0.0, 0.3, 0.0, 0.7 - 1e-16, 0.0};
    for (int k = 0; k < 1000; ++k)
        for (const std::int64_t one :
             systematic_resample(weights, 3, std::nextafter(1.0, 0.0) * k / 999.0))
            EXPECT_TRUE(one == 1 || one == 3);
}

TEST(AncestralError, WithoutResamplingIsThatOfAMean) {
    const std::vector<double> weights = {0.1, 0.2, 0.3, 0.4};
    const std::vector<std::int64_t> own = {0, 1, 2, 3};
    double squares = 0.0;
    for (const double one : weights) squares += (4 * one - 1) * (4 * one - 1);
    EXPECT_NEAR(*ancestral_error(own, weights), std::sqrt(squares / 4 / 4), 1e-15);
}

TEST(AncestralError, SaysNothingWhereAllComeFromOne) {
    const std::vector<double> weights(40, 1.0 / 40);
    EXPECT_FALSE(ancestral_error(std::vector<std::int64_t>(40, 3), weights));
    std::vector<std::int64_t> few(40, 3);
    few[0] = 1, few[1] = 2;
    EXPECT_FALSE(ancestral_error(few, weights)) << "3 of 40";
    few[2] = 7;
    EXPECT_TRUE(ancestral_error(few, weights)) << "4 of 40";
}

// A random walk of log-normal weights, of which Z is known: 1 in each of the steps.
TEST(AncestralError, IsTheScatterOfManyRuns) {
    constexpr std::size_t kParticles = 64;
    constexpr int kRuns = 400, kSteps = 6;
    std::mt19937 rng(6);
    std::normal_distribution<double> normal(0.0, 1.0);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    constexpr double kSd = 0.8;
    double mean = 0.0, squares = 0.0, told = 0.0;
    int known = 0;
    for (int run = 0; run < kRuns; ++run) {
        std::vector<double> logs(kParticles, 0.0);
        std::vector<std::int64_t> ancestors(kParticles);
        std::iota(ancestors.begin(), ancestors.end(), 0);
        double log_z = 0.0;
        for (int step = 0; step < kSteps; ++step) {
            if (effective_sample_size(logs) < kParticles / 2.0) {
                log_z += log_sum_exp(logs) - std::log(double{kParticles});
                const auto from = systematic_resample(normalised(logs), kParticles, uniform(rng));
                const auto before = ancestors;
                for (std::size_t k = 0; k < kParticles; ++k)
                    ancestors[k] = before[static_cast<std::size_t>(from[k])];
                logs.assign(kParticles, 0.0);
            }
            for (double& one : logs) one += kSd * normal(rng) - kSd * kSd / 2;
        }
        const double z = std::exp(log_z + log_sum_exp(logs) - std::log(double{kParticles}));
        mean += z / kRuns;
        squares += (z - 1) * (z - 1) / kRuns;
        if (const auto error = ancestral_error(ancestors, normalised(logs))) {
            told += *error * *error;
            ++known;
        }
    }
    EXPECT_NEAR(mean, 1.0, 4.0 * std::sqrt(squares / kRuns)) << "Z is unbiased";
    ASSERT_GT(known, kRuns * 9 / 10);
    EXPECT_NEAR(std::sqrt(told / known / squares), 1.0, 0.25);
}

}  // namespace
}  // namespace marginscope
