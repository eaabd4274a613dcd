// Quantiles, correlation, bootstrap coverage, histograms.
#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"

namespace marginscope {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> normals(std::uint64_t seed, std::size_t count, double center = 0.0) {
    std::vector<double> values(count);
    fill_normal({seed, DrawPurpose::sampling, 0, 0, 0}, std::span<double>(values));
    for (double& value : values) value += center;
    return values;
}

TEST(Statistics, QuantilesInterpolate) {
    const std::vector<double> values = {4.0, 1.0, kNan, 3.0, 2.0};
    EXPECT_DOUBLE_EQ(quantile(values, 0.0), 1.0);
    EXPECT_DOUBLE_EQ(quantile(values, 1.0), 4.0);
    EXPECT_DOUBLE_EQ(median(values), 2.5);
    EXPECT_DOUBLE_EQ(quantile(values, 0.05), 1.15);
    EXPECT_TRUE(std::isnan(median(std::vector<double>{})));
    EXPECT_DOUBLE_EQ(mean(values), 2.5);
    EXPECT_NEAR(standard_deviation(values), std::sqrt(5.0 / 3.0), 1e-15);
    EXPECT_TRUE(std::isnan(standard_deviation(std::vector<double>{1.0})));
}

TEST(Statistics, SpearmanByHand) {
    const std::vector<double> a = {1, 2, 3, 4, 5};
    EXPECT_DOUBLE_EQ(spearman(a, std::vector<double>{1, 8, 27, 64, 125}), 1.0);
    EXPECT_DOUBLE_EQ(spearman(a, std::vector<double>{5, 4, 3, 2, 1}), -1.0);
    // 1 - 6 sum d^2 / (n (n^2 - 1)) without ties.
    EXPECT_NEAR(spearman(a, std::vector<double>{2, 1, 4, 3, 5}), 1.0 - 6.0 * 4 / 120, 1e-15);
    // Ties share their mean rank: ranks 0.5 0.5 2 against 0 1 2.
    EXPECT_NEAR(spearman(std::vector<double>{1, 1, 2}, std::vector<double>{1, 2, 3}),
                std::sqrt(0.75), 1e-15);
    EXPECT_NEAR(spearman(std::vector<double>{1, kNan, 2, 3, 4}, std::vector<double>{1, 9, 2, 3, 4}),
                1.0, 1e-15);
    EXPECT_TRUE(std::isnan(spearman(a, std::vector<double>(5, 1.0))));
    EXPECT_TRUE(std::isnan(spearman(std::vector<double>{1, 2}, std::vector<double>{1, 2})));
}

TEST(Statistics, BootstrapIntervalsCover) {
    int covered = 0;
    const int trials = 300;
    for (int trial = 0; trial < trials; ++trial) {
        const auto sample = normals(static_cast<std::uint64_t>(trial), 40, 2.0);
        const Interval interval = bootstrap_mean(sample, 5, 0.95, 400);
        EXPECT_LE(interval.low, interval.value);
        EXPECT_GE(interval.high, interval.value);
        covered += interval.low <= 2.0 && 2.0 <= interval.high;
    }
    // 95 % less what the percentile bootstrap loses at 40 values; 4 standard errors are 5 %.
    EXPECT_GE(covered, static_cast<int>(0.88 * trials));
    EXPECT_LE(covered, static_cast<int>(0.99 * trials));
}

TEST(Statistics, BootstrapDependsOnTheSeedAlone) {
    const auto sample = normals(1, 50);
    const Interval first = bootstrap_mean(sample, 3);
    const Interval again = bootstrap_mean(sample, 3);
    EXPECT_EQ(first.low, again.low);
    EXPECT_EQ(first.high, again.high);
    EXPECT_NE(first.low, bootstrap_mean(sample, 4).low);
    EXPECT_EQ(first.count, 50);
    const Interval one = bootstrap_mean(std::vector<double>{7.0});
    EXPECT_EQ(one.low, 7.0);
    EXPECT_EQ(one.high, 7.0);
    EXPECT_TRUE(std::isnan(bootstrap_mean(std::vector<double>{}).low));
}

TEST(Statistics, PairedDifferencesUseThePairing) {
    auto a = normals(1, 60, 10.0);
    std::vector<double> b = a;
    for (std::size_t k = 0; k < b.size(); ++k) b[k] += 0.1 + 0.01 * static_cast<double>(k % 2);
    a[5] = kNan;
    const Interval interval = bootstrap_paired_difference(a, b);
    EXPECT_EQ(interval.count, 59);
    EXPECT_NEAR(interval.value, 0.105, 1e-3);
    EXPECT_LT(interval.high - interval.low, 0.004);  // unpaired it would be about 0.7
}

TEST(Statistics, SpearmanIntervalSeesNoiseAndSignal) {
    const auto a = normals(1, 200);
    auto b = normals(2, 200);
    const Interval none = spearman_interval(a, b);
    EXPECT_LT(none.low, 0.0);
    EXPECT_GT(none.high, 0.0);
    for (std::size_t k = 0; k < b.size(); ++k) b[k] += a[k];
    const Interval some = spearman_interval(a, b);
    EXPECT_GT(some.low, 0.4);
    EXPECT_LT(some.high, 0.9);
}

TEST(Statistics, HistogramCountsEverything) {
    const std::vector<double> values = {
        0.0, 0.1, 0.25, 0.5, 1.0, -0.1, 1.1, kNan, std::numeric_limits<double>::infinity()};
    const Histogram h = histogram(values, 0.0, 1.0, 4);
    EXPECT_EQ(h.counts, (std::vector<std::int64_t>{2, 1, 1, 1}));
    EXPECT_EQ(h.below, 1);
    EXPECT_EQ(h.above, 1);
    EXPECT_EQ(h.not_finite, 2);
    EXPECT_DOUBLE_EQ(h.bin_width(), 0.25);
    EXPECT_DOUBLE_EQ(h.bin_center(1), 0.375);
}

}  // namespace
}  // namespace marginscope
