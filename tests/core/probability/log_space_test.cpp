// Sums in log space against plain sums, and where plain sums fail.
#include "core/probability/log_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/probability/log_sum.h"

namespace marginscope {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

TEST(LogSpace, IsThePlainSumWhereThatOneExists) {
    std::mt19937 rng(1);
    std::normal_distribution<double> normal(0.0, 5.0);
    for (int round = 0; round < 50; ++round) {
        std::vector<double> logs(1 + rng() % 20);
        double sum = 0.0;
        for (double& one : logs) sum += std::exp(one = normal(rng));
        EXPECT_NEAR(log_sum_exp(logs), std::log(sum), 1e-12);
        const std::vector<double> shares = normalised(logs);
        for (std::size_t k = 0; k < logs.size(); ++k)
            EXPECT_NEAR(shares[k], std::exp(logs[k]) / sum, 1e-12);
    }
}

TEST(LogSpace, FarBelowAndAboveWhatADoubleHolds) {
    EXPECT_NEAR(log_sum_exp(std::vector{-2000.0, -2000.0}), -2000.0 + std::log(2.0), 1e-12);
    EXPECT_NEAR(log_sum_exp(std::vector{2000.0, 2000.0}), 2000.0 + std::log(2.0), 1e-12);
    EXPECT_EQ(normalised(std::vector{-5000.0, kNone}), (std::vector{1.0, 0.0}));
}

TEST(LogSpace, NothingWeighsNothing) {
    EXPECT_EQ(log_sum_exp({}), kNone);
    EXPECT_EQ(log_sum_exp(std::vector{kNone, kNone}), kNone);
    EXPECT_EQ(normalised(std::vector{kNone, kNone}), (std::vector{0.0, 0.0}));
    EXPECT_TRUE(std::isnan(log_sum_exp(std::vector{0.0, std::nan("")})));
}

TEST(LogSum, IsTheSumWhicheverTermComesFirst) {
    std::mt19937 rng(2);
    std::normal_distribution<double> normal(-800.0, 60.0);
    for (int round = 0; round < 50; ++round) {
        std::vector<double> logs(1 + rng() % 20);
        LogSum sum;
        for (double& one : logs) sum.add(one = normal(rng));
        sum.add(kNone);
        EXPECT_NEAR(sum.log(), log_sum_exp(logs), 1e-10);
    }
    LogSum nothing;
    nothing.add(kNone);
    EXPECT_EQ(nothing.log(), kNone);
}

}  // namespace
}  // namespace marginscope
