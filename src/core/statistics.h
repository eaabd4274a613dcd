// Means, quantiles, and intervals of a mean: bootstrap where values are many, Student's where they
// are few. Rank correlation.
//
// Pure functions, any thread. Values that are not finite are left out; with nothing left the answer
// is NaN. Bootstrap draws depend on the seed alone (core/random.h), so equal input gives equal
// intervals everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

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

// Percentile interval; level is the share covered. One value gives low = high.
Interval bootstrap_mean(std::span<const double> values, std::uint64_t seed = 0, double level = 0.95,
                        int draws = kBootstrapDraws);

// P(T <= t) of Student's t with `degrees` >= 1 degrees of freedom, and its inverse for p in (0, 1).
double student_cdf(double t, int degrees);
double student_quantile(double p, int degrees);

// mean ± t s / sqrt(n): exact for normal values. One value has no interval: low and high are NaN.
Interval student_mean(std::span<const double> values, double level = 0.95);

// The smallest n for which the Student interval of n normal values with this mean and standard
// deviation excludes 0 with probability `power`: (t_level + t_power) sd / sqrt(n) <= |mean|.
// nullopt where more than `most` would be needed, or either number is not finite.
std::optional<int> sample_size(double mean, double standard_deviation, double level = 0.95,
                               double power = 0.8, int most = 1000);

// Spearman's rank correlation of the pairs in which neither number is NaN: ties share their mean
// rank, infinities rank at the ends, so that values known only to be larger than all others tie
// there. NaN where fewer than two pairs are left or one side is all the same.
double spearman(std::span<const double> x, std::span<const double> y);

// The same with a percentile interval from a bootstrap that draws whole groups (pair k belongs to
// groups[k]): what belongs together is not counted as if it were independent. One group has no
// interval: low and high are NaN. `count` is that of the pairs.
Interval bootstrap_spearman(std::span<const double> x, std::span<const double> y,
                            std::span<const std::size_t> groups, std::uint64_t seed = 0,
                            double level = 0.95, int draws = kBootstrapDraws);

}  // namespace marginscope
