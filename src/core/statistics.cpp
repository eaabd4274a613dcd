// Order statistics, the bootstrap with counter-based draws, and Student's t.
#include "core/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "core/random.h"

namespace marginscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> finite(std::span<const double> values) {
    std::vector<double> kept;
    kept.reserve(values.size());
    for (const double value : values) {
        if (std::isfinite(value)) kept.push_back(value);
    }
    return kept;
}

double sorted_quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return kNan;
    const double at = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const std::size_t low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

double mean(std::span<const double> values) {
    double sum = 0.0;
    std::size_t count = 0;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        sum += value;
        ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : kNan;
}

double standard_deviation(std::span<const double> values) {
    const std::vector<double> kept = finite(values);
    if (kept.size() < 2) return kNan;
    const double center = mean(kept);
    double sum = 0.0;
    for (const double value : kept) sum += (value - center) * (value - center);
    return std::sqrt(sum / static_cast<double>(kept.size() - 1));
}

double quantile(std::span<const double> values, double q) {
    std::vector<double> sorted = finite(values);
    std::sort(sorted.begin(), sorted.end());
    return sorted_quantile(sorted, q);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

Interval bootstrap_mean(std::span<const double> values, std::uint64_t seed, double level,
                        int draws) {
    const std::vector<double> kept = finite(values);
    Interval result{mean(kept), kNan, kNan, static_cast<int>(kept.size())};
    if (kept.empty()) return result;
    std::vector<double> samples;
    for (int draw = 0; draw < draws; ++draw) {
        CounterRng rng({seed, DrawPurpose::bootstrap, static_cast<std::uint64_t>(draw), 0, 0});
        double sum = 0.0;
        for (std::size_t k = 0; k < kept.size(); ++k) sum += kept[rng.below(kept.size())];
        samples.push_back(sum / static_cast<double>(kept.size()));
    }
    std::sort(samples.begin(), samples.end());
    result.low = sorted_quantile(samples, 0.5 * (1.0 - level));
    result.high = sorted_quantile(samples, 0.5 * (1.0 + level));
    return result;
}

// With whole degrees of freedom the integral of the density is a finite sum in the angle
// theta = atan(t / sqrt(degrees)): its powers of the cosine go down in steps of two.
double student_cdf(double t, int degrees) {
    assert(degrees >= 1);
    const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
    const double sine = std::sin(theta);
    const double cosine2 = std::cos(theta) * std::cos(theta);
    const bool odd = degrees % 2 == 1;
    double term = odd ? std::cos(theta) : 1.0;
    double sum = degrees == 1 ? 0.0 : term;
    for (int k = odd ? 3 : 2; k < degrees; k += 2) {
        term *= cosine2 * (k - 1) / k;
        sum += term;
    }
    const double within = odd ? (theta + sine * sum) * 2.0 / std::numbers::pi : sine * sum;
    return 0.5 + 0.5 * within;
}

double student_quantile(double p, int degrees) {
    assert(p > 0.0 && p < 1.0);
    if (p < 0.5) return -student_quantile(1.0 - p, degrees);
    double high = 1.0;
    while (student_cdf(high, degrees) < p && high < 1e12) high *= 2.0;
    double low = 0.0;
    for (int k = 0; k < 200 && high - low > 1e-14 * high; ++k) {
        const double middle = 0.5 * (low + high);
        (student_cdf(middle, degrees) < p ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

Interval student_mean(std::span<const double> values, double level) {
    const std::vector<double> kept = finite(values);
    const auto count = static_cast<int>(kept.size());
    Interval result{mean(kept), kNan, kNan, count};
    if (count < 2) return result;
    const double half = student_quantile(0.5 * (1.0 + level), count - 1) *
                        standard_deviation(kept) / std::sqrt(static_cast<double>(count));
    result.low = result.value - half;
    result.high = result.value + half;
    return result;
}

std::optional<int> sample_size(double mean, double standard_deviation, double level, double power,
                               int most) {
    if (!std::isfinite(mean) || !std::isfinite(standard_deviation) || mean == 0.0)
        return std::nullopt;
    const double ratio = standard_deviation / std::abs(mean);
    const auto suffices = [&](int n) {
        const double quantiles =
            student_quantile(0.5 * (1.0 + level), n - 1) + student_quantile(power, n - 1);
        return quantiles * ratio <= std::sqrt(static_cast<double>(n));
    };
    if (!suffices(most)) return std::nullopt;
    int low = 1, high = most;  // too few, enough: what is needed falls as n grows
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        (suffices(middle) ? high : low) = middle;
    }
    return high;
}

namespace {

/// Pairs by their rank on both sides, each counted `weight` times: a bootstrap draw changes the
/// weights alone.
class RankedPairs {
public:
    RankedPairs(std::vector<double> x, std::vector<double> y)
        : x_(std::move(x)), y_(std::move(y)), x_order_(order_of(x_)), y_order_(order_of(y_)) {}

    double correlation(const std::vector<double>& weight) const {
        const std::vector<double> a = ranks(x_, x_order_, weight);
        const std::vector<double> b = ranks(y_, y_order_, weight);
        double total = 0.0, of_a = 0.0, of_b = 0.0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            total += weight[k];
            of_a += weight[k] * a[k];
            of_b += weight[k] * b[k];
        }
        double aa = 0.0, bb = 0.0, ab = 0.0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            const double from_a = a[k] - of_a / total, from_b = b[k] - of_b / total;
            aa += weight[k] * from_a * from_a;
            bb += weight[k] * from_b * from_b;
            ab += weight[k] * from_a * from_b;
        }
        return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : kNan;
    }

private:
    static std::vector<std::size_t> order_of(const std::vector<double>& values) {
        std::vector<std::size_t> order(values.size());
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
        return order;
    }

    static std::vector<double> ranks(const std::vector<double>& values,
                                     const std::vector<std::size_t>& order,
                                     const std::vector<double>& weight) {
        std::vector<double> out(values.size());
        double before = 0.0;
        for (std::size_t first = 0; first < order.size();) {
            std::size_t end = first;
            double tied = 0.0;
            for (; end < order.size() && values[order[end]] == values[order[first]]; ++end)
                tied += weight[order[end]];
            for (; first < end; ++first) out[order[first]] = before + 0.5 * (tied + 1.0);
            before += tied;
        }
        return out;
    }

    std::vector<double> x_, y_;
    std::vector<std::size_t> x_order_, y_order_;
};

}  // namespace

Interval bootstrap_spearman(std::span<const double> x, std::span<const double> y,
                            std::span<const std::size_t> groups, std::uint64_t seed, double level,
                            int draws) {
    assert(x.size() == y.size() && x.size() == groups.size());
    std::vector<double> kept_x, kept_y;
    std::vector<std::size_t> group_of;  // of each pair kept, numbered from 0
    std::map<std::size_t, std::size_t> numbers;
    for (std::size_t k = 0; k < x.size(); ++k) {
        if (std::isnan(x[k]) || std::isnan(y[k])) continue;
        kept_x.push_back(x[k]);
        kept_y.push_back(y[k]);
        group_of.push_back(numbers.try_emplace(groups[k], numbers.size()).first->second);
    }
    const RankedPairs pairs(std::move(kept_x), std::move(kept_y));
    std::vector<double> weight(group_of.size(), 1.0);
    Interval result{pairs.correlation(weight), kNan, kNan, static_cast<int>(group_of.size())};
    if (numbers.size() < 2) return result;
    std::vector<double> samples;
    std::vector<double> drawn(numbers.size());
    for (int draw = 0; draw < draws; ++draw) {
        CounterRng rng({seed, DrawPurpose::bootstrap, static_cast<std::uint64_t>(draw), 0, 0});
        std::fill(drawn.begin(), drawn.end(), 0.0);
        for (std::size_t k = 0; k < drawn.size(); ++k) drawn[rng.below(drawn.size())] += 1.0;
        for (std::size_t k = 0; k < weight.size(); ++k) weight[k] = drawn[group_of[k]];
        samples.push_back(pairs.correlation(weight));
    }
    samples = finite(samples);
    std::sort(samples.begin(), samples.end());
    result.low = sorted_quantile(samples, 0.5 * (1.0 - level));
    result.high = sorted_quantile(samples, 0.5 * (1.0 + level));
    return result;
}

double spearman(std::span<const double> x, std::span<const double> y) {
    const std::vector<std::size_t> one_group(x.size(), 0);
    return bootstrap_spearman(x, y, one_group).value;
}

}  // namespace marginscope
