// Quantiles, coverage of intervals, Student's t against its density, what a sample size buys.
#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

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

/// The density of Student's t integrated from 0 by Simpson's rule.
double cdf_by_density(double t, int degrees) {
    const double nu = degrees;
    const double scale = std::exp(std::lgamma(0.5 * (nu + 1)) - std::lgamma(0.5 * nu)) /
                         std::sqrt(nu * 3.14159265358979323846);
    const auto density = [&](double x) {
        return scale * std::pow(1.0 + x * x / nu, -0.5 * (nu + 1));
    };
    constexpr int kParts = 20000;
    const double h = t / kParts;
    double sum = density(0) + density(t);
    for (int k = 1; k < kParts; ++k) sum += (k % 2 == 1 ? 4 : 2) * density(k * h);
    return 0.5 + sum * h / 3;
}

TEST(Statistics, StudentsCurveIsTheIntegralOfItsDensity) {
    for (const int degrees : {1, 2, 3, 4, 5, 8, 9, 30, 31, 200})
        for (const double t : {-3.0, -0.4, 0.0, 0.7, 2.0, 12.7}) {
            EXPECT_NEAR(student_cdf(t, degrees), cdf_by_density(t, degrees), 1e-9)
                << t << " with " << degrees;
            const double p = student_cdf(t, degrees);
            // Far out in the tail p is 1 to the last digit, and no quantile comes back.
            if (p > 1e-6 && p < 1 - 1e-6) {
                EXPECT_NEAR(student_quantile(p, degrees), t, 1e-6 * (1 + std::abs(t)));
            }
        }
}

TEST(Statistics, StudentsQuantilesAreThoseOfTheTables) {
    const std::pair<int, double> table[] = {{1, 12.7062},  {2, 4.30265}, {3, 3.18245},
                                            {4, 2.77645},  {9, 2.26216}, {30, 2.04227},
                                            {100, 1.98397}};
    for (const auto& [degrees, quantile_975] : table)
        EXPECT_NEAR(student_quantile(0.975, degrees), quantile_975, 1e-4 * quantile_975);
    EXPECT_NEAR(student_quantile(0.8, 4), 0.94096, 1e-5);
}

TEST(Statistics, StudentIntervalsCoverWhatTheyClaim) {
    for (const std::size_t count : {std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
        int covered = 0;
        const int trials = 4000;
        for (int trial = 0; trial < trials; ++trial) {
            const Interval interval =
                student_mean(normals(static_cast<std::uint64_t>(trial), count, 2.0));
            covered += interval.low <= 2.0 && 2.0 <= interval.high;
        }
        // Four standard errors of a share of 0.95 over 4,000 trials.
        EXPECT_NEAR(static_cast<double>(covered) / trials, 0.95, 0.014) << count;
    }
    const Interval one = student_mean(std::vector<double>{7.0, kNan});
    EXPECT_EQ(one.value, 7.0);
    EXPECT_EQ(one.count, 1);
    EXPECT_TRUE(std::isnan(one.low) && std::isnan(one.high));
}

TEST(Statistics, SampleSizeBuysItsPower) {
    for (const double center : {0.8, 1.5, 3.0}) {
        const auto count = sample_size(center, 1.0);
        ASSERT_TRUE(count.has_value());
        int told = 0;
        const int trials = 3000;
        for (int trial = 0; trial < trials; ++trial)
            told += student_mean(normals(static_cast<std::uint64_t>(trial),
                                         static_cast<std::size_t>(*count), center))
                        .low > 0;
        // The smallest whole number buys a little more than 80 %; the approximation and the draws
        // take at most four hundredths.
        EXPECT_GE(static_cast<double>(told) / trials, 0.76) << *count << " at " << center;
        if (*count > 4) {
            EXPECT_LE(static_cast<double>(told) / trials, 0.90) << *count;
        }
    }
    EXPECT_EQ(sample_size(-1.5, 1.0), sample_size(1.5, 1.0));
    EXPECT_FALSE(sample_size(0.0, 1.0).has_value());
    EXPECT_FALSE(sample_size(1e-6, 1.0).has_value());
    EXPECT_FALSE(sample_size(1.0, kNan).has_value());
    EXPECT_EQ(sample_size(1.0, 0.0), 2);
}

TEST(Statistics, RankCorrelationOfClosedCases) {
    const double inf = std::numeric_limits<double>::infinity();
    const std::vector<double> x = {0.1, 0.5, 2.0, 7.0, 9.0};
    const std::vector<double> rising = {-3.0, -2.9, 0.0, 1e6, inf};
    const std::vector<double> falling = {inf, 5.0, 4.0, -1.0, -inf};
    EXPECT_DOUBLE_EQ(spearman(x, rising), 1.0);
    EXPECT_DOUBLE_EQ(spearman(x, falling), -1.0);
    // Without ties 1 - 6 sum d^2 / (n (n^2 - 1)): two neighbours changed, d^2 sums to 2.
    EXPECT_NEAR(spearman(x, std::vector<double>{1, 3, 2, 4, 5}), 1.0 - 12.0 / 120.0, 1e-15);
    EXPECT_TRUE(std::isnan(spearman(x, std::vector<double>(5, inf)))) << "all the same";
    EXPECT_TRUE(std::isnan(spearman(std::vector<double>{1.0}, std::vector<double>{2.0})));
    EXPECT_DOUBLE_EQ(spearman(std::vector<double>{1, kNan, 2, 3}, std::vector<double>{4, 0, 5, 9}),
                     1.0);
}

// scipy 1.x: scipy.stats.spearmanr of the same numbers.
TEST(Statistics, RankCorrelationIsThatOfScipy) {
    const double inf = std::numeric_limits<double>::infinity();
    EXPECT_NEAR(spearman(std::vector<double>{0.0, 0.3, -0.27, -0.89, -0.45, -0.99, 0.06, 1.34,
                                             -0.49, -0.62, 0.49, 0.36},
                         std::vector<double>{0.11, -0.78, -0.16, 0.25, -1.57, -0.95, -1.87, -0.62,
                                             -2.09, -0.55, -1.02, 0.45}),
                0.034965034965034975, 1e-14);
    EXPECT_NEAR(spearman(std::vector<double>{2, 0, 0, 2, 4, 2, 4, 4, 4, 3, 2, 2, 1, 2},
                         std::vector<double>{2, 0, 3, 1, 2, 1, 5, 4, 5, 1.5, 3, 2, 1.5, 1}),
                0.5608474658526175, 1e-14);
    EXPECT_NEAR(
        spearman(std::vector<double>{0.88, -0.58, -0.11, -inf, 0.06, -1.23, 0.08, 1.36, -1.55, 0.86,
                                     0.12},
                 std::vector<double>{1.15, inf, 0.13, 0.38, inf, 0.07, 0.1, 0.87, inf, 2.7, 0.71}),
        0.07339758434175737, 1e-14);
}

// Groups whose members are copies of one pair: an interval that took them for independent would be
// half as wide and miss the truth of normal pairs, 6/pi asin(r/2), far too often.
TEST(Statistics, RankCorrelationsIntervalCountsGroups) {
    constexpr double kCorrelation = 0.5;
    const double truth = 6.0 / 3.14159265358979323846 * std::asin(0.5 * kCorrelation);
    int covered = 0;
    const int trials = 200;
    for (int trial = 0; trial < trials; ++trial) {
        const auto a = normals(static_cast<std::uint64_t>(2 * trial), 60);
        const auto b = normals(static_cast<std::uint64_t>(2 * trial + 1), 60);
        std::vector<double> x, y;
        std::vector<std::size_t> groups;
        for (std::size_t k = 0; k < 60; ++k)
            for (int copy = 0; copy < 4; ++copy) {
                x.push_back(a[k]);
                y.push_back(kCorrelation * a[k] +
                            std::sqrt(1 - kCorrelation * kCorrelation) * b[k]);
                groups.push_back(k + 7);
            }
        const Interval interval = bootstrap_spearman(x, y, groups, 5, 0.95, 300);
        EXPECT_NEAR(interval.value, spearman(x, y), 1e-12);
        EXPECT_EQ(interval.count, 240);
        covered += interval.low <= truth && truth <= interval.high;
    }
    EXPECT_GE(covered, static_cast<int>(0.88 * trials));
    EXPECT_LE(covered, static_cast<int>(0.995 * trials));
    const std::vector<double> x = {1, 2, 3}, y = {1, 3, 2};
    const Interval one = bootstrap_spearman(x, y, std::vector<std::size_t>{4, 4, 4});
    EXPECT_DOUBLE_EQ(one.value, 0.5);
    EXPECT_TRUE(std::isnan(one.low) && std::isnan(one.high));
}

}  // namespace
}  // namespace marginscope
