// Means of laws against sums of plain probabilities, and the mutual information against its
// definition as a mean divergence.
#include "core/probability/mean_law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace marginscope {
namespace {

TEST(MeanLaw, SplitsTheEntropyOfTheMean) {
    std::mt19937 rng(7);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t count = 1 + rng() % 6, size = 2 + rng() % 9;
        std::vector<std::vector<double>> p(count, std::vector<double>(size)), logs = p;
        std::vector<double> mean(size);
        for (std::size_t k = 0; k < count; ++k) {
            double sum = 0;
            for (double& one : p[k]) sum += one = std::exp(2 * std::normal_distribution<>()(rng));
            for (std::size_t x = 0; x < size; ++x) {
                p[k][x] /= sum;
                logs[k][x] = std::log(p[k][x]);
                mean[x] += p[k][x] / static_cast<double>(count);
            }
        }
        double divergence = 0, expected = 0;
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t x = 0; x < size; ++x) {
                divergence += p[k][x] * std::log(p[k][x] / mean[x]) / static_cast<double>(count);
                expected -= p[k][x] * std::log(p[k][x]) / static_cast<double>(count);
            }
        const MeanLaw law = mean_law(logs);
        for (std::size_t x = 0; x < size; ++x)
            EXPECT_NEAR(std::exp(law.logprob[x]), mean[x], 1e-14);
        EXPECT_NEAR(law.expected_entropy, expected, 1e-12);
        EXPECT_NEAR(law.mutual_information(), divergence, 1e-12);
        EXPECT_NEAR(law.entropy, expected + divergence, 1e-12);
    }
}

TEST(MeanLaw, WhatIsImpossibleCountsNothing) {
    const double none = -INFINITY;
    const std::vector<std::vector<double>> laws = {{0.0, none}, {none, 0.0}};
    const MeanLaw law = mean_law(laws);
    EXPECT_EQ(law.expected_entropy, 0.0);
    EXPECT_NEAR(law.mutual_information(), std::log(2.0), 1e-15);
}

}  // namespace
}  // namespace marginscope
