// Order statistics, ranks, and the bootstrap with counter-based draws.
#include "core/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

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

struct Pairs {
    std::vector<double> a, b;
};

Pairs finite_pairs(std::span<const double> a, std::span<const double> b) {
    assert(a.size() == b.size());
    Pairs pairs;
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (!std::isfinite(a[k]) || !std::isfinite(b[k])) continue;
        pairs.a.push_back(a[k]);
        pairs.b.push_back(b[k]);
    }
    return pairs;
}

double sorted_quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return kNan;
    const double at = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const std::size_t low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

std::vector<double> ranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t x, std::size_t y) { return values[x] < values[y]; });
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        const double rank = 0.5 * static_cast<double>(first + end - 1);
        for (std::size_t k = first; k < end; ++k) result[order[k]] = rank;
        first = end;
    }
    return result;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const double mean_a = mean(a);
    const double mean_b = mean(b);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        ab += (a[k] - mean_a) * (b[k] - mean_b);
        aa += (a[k] - mean_a) * (a[k] - mean_a);
        bb += (b[k] - mean_b) * (b[k] - mean_b);
    }
    return aa > 0.0 && bb > 0.0 ? std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0) : kNan;
}

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() < 3 ? kNan : correlation(ranks(a), ranks(b));
}

// statistic(indices) over resampled indices; draws without a value are left out.
template <typename Statistic>
Interval percentile_interval(double value, std::size_t count, std::uint64_t seed, double level,
                             int draws, Statistic&& statistic) {
    Interval result{value, kNan, kNan, static_cast<int>(count)};
    if (count == 0 || std::isnan(value)) return result;
    std::vector<double> samples;
    std::vector<std::size_t> indices(count);
    for (int draw = 0; draw < draws; ++draw) {
        CounterRng rng({seed, DrawPurpose::bootstrap, static_cast<std::uint64_t>(draw), 0, 0});
        for (std::size_t& index : indices) index = rng.below(count);
        const double sample = statistic(indices);
        if (std::isfinite(sample)) samples.push_back(sample);
    }
    std::sort(samples.begin(), samples.end());
    result.low = sorted_quantile(samples, 0.5 * (1.0 - level));
    result.high = sorted_quantile(samples, 0.5 * (1.0 + level));
    return result;
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
    return percentile_interval(mean(kept), kept.size(), seed, level, draws,
                               [&](const std::vector<std::size_t>& indices) {
                                   double sum = 0.0;
                                   for (const std::size_t index : indices) sum += kept[index];
                                   return sum / static_cast<double>(indices.size());
                               });
}

Interval bootstrap_paired_difference(std::span<const double> a, std::span<const double> b,
                                     std::uint64_t seed, double level, int draws) {
    const Pairs pairs = finite_pairs(a, b);
    std::vector<double> differences(pairs.a.size());
    for (std::size_t k = 0; k < differences.size(); ++k) differences[k] = pairs.b[k] - pairs.a[k];
    return bootstrap_mean(differences, seed, level, draws);
}

double spearman(std::span<const double> a, std::span<const double> b) {
    const Pairs pairs = finite_pairs(a, b);
    return rank_correlation(pairs.a, pairs.b);
}

Interval spearman_interval(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                           double level, int draws) {
    const Pairs pairs = finite_pairs(a, b);
    std::vector<double> x(pairs.a.size()), y(pairs.a.size());
    return percentile_interval(rank_correlation(pairs.a, pairs.b), pairs.a.size(), seed, level,
                               draws, [&](const std::vector<std::size_t>& indices) {
                                   for (std::size_t k = 0; k < indices.size(); ++k) {
                                       x[k] = pairs.a[indices[k]];
                                       y[k] = pairs.b[indices[k]];
                                   }
                                   return rank_correlation(x, y);
                               });
}

double Histogram::bin_width() const { return (high - low) / static_cast<double>(counts.size()); }

double Histogram::bin_center(int bin) const { return low + (bin + 0.5) * bin_width(); }

Histogram histogram(std::span<const double> values, double low, double high, int bins) {
    assert(bins >= 1 && low < high);
    Histogram result;
    result.low = low;
    result.high = high;
    result.counts.assign(static_cast<std::size_t>(bins), 0);
    for (const double value : values) {
        if (!std::isfinite(value)) {
            ++result.not_finite;
        } else if (value < low) {
            ++result.below;
        } else if (value > high) {
            ++result.above;
        } else {
            const double at = (value - low) / (high - low) * bins;
            ++result.counts[std::min(static_cast<std::size_t>(at), result.counts.size() - 1)];
        }
    }
    return result;
}

}  // namespace marginscope
