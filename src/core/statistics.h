// Quantiles, rank correlation, bootstrap intervals, histograms.
//
// Pure functions, any thread. Values that are not finite are left out; with nothing left the answer
// is NaN. Bootstrap draws depend on the seed alone (core/random.h), so equal input gives equal
// intervals everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace marginscope {

struct Interval {
    double value = 0.0;  // of the sample itself
    double low = 0.0, high = 0.0;
    int count = 0;  // values, or pairs, that went in
};

constexpr int kBootstrapDraws = 2000;

double mean(std::span<const double> values);
double standard_deviation(std::span<const double> values);  // n - 1; NaN below two values
// Linear between order statistics (numpy's default); q in [0, 1].
double quantile(std::span<const double> values, double q);
double median(std::span<const double> values);

// Percentile intervals; level is the share covered. One value, or one pair, gives low = high.
Interval bootstrap_mean(std::span<const double> values, std::uint64_t seed = 0, double level = 0.95,
                        int draws = kBootstrapDraws);
// Mean of b - a over pairs: two models on the same seed, two noises on the same window.
Interval bootstrap_paired_difference(std::span<const double> a, std::span<const double> b,
                                     std::uint64_t seed = 0, double level = 0.95,
                                     int draws = kBootstrapDraws);

// Ranks with ties at their mean rank; pairs with a value that is not finite are left out. NaN below
// three pairs or where one side is constant.
double spearman(std::span<const double> a, std::span<const double> b);
Interval spearman_interval(std::span<const double> a, std::span<const double> b,
                           std::uint64_t seed = 0, double level = 0.95,
                           int draws = kBootstrapDraws);

struct Histogram {
    double low = 0.0, high = 0.0;  // edges of the first and the last bin
    std::vector<std::int64_t> counts;
    std::int64_t below = 0, above = 0, not_finite = 0;  // NaN and infinities are counted apart

    double bin_width() const;
    double bin_center(int bin) const;
};

// `high` belongs to the last bin. bins >= 1, low < high.
Histogram histogram(std::span<const double> values, double low, double high, int bins);

}  // namespace marginscope
