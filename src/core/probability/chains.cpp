// R-hat and effective sample size from scratch; the numbers agree with ArviZ's (tests/golden).
#include "core/probability/chains.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

#include "core/statistics.h"

namespace marginscope {
namespace {

using Chains = std::vector<std::vector<double>>;

constexpr std::size_t kFewest = 4;  // draws of a chain: two halves with a variance each

/// Both halves of each chain; the middle draw of an odd number is left out.
Chains halves(std::span<const std::vector<double>> chains) {
    Chains out;
    for (const std::vector<double>& chain : chains) {
        const auto half = static_cast<std::ptrdiff_t>(chain.size() / 2);
        out.emplace_back(chain.begin(), chain.begin() + half);
        out.emplace_back(chain.end() - half, chain.end());
    }
    return out;
}

/// Each value's rank among all, ties sharing their mean, as a normal score (Blom's 3/8).
Chains normal_scores(const Chains& chains) {
    std::vector<double> all;
    for (const auto& chain : chains) all.insert(all.end(), chain.begin(), chain.end());
    std::sort(all.begin(), all.end());
    const auto total = static_cast<double>(all.size());
    Chains scores = chains;
    for (auto& chain : scores)
        for (double& value : chain) {
            const auto [low, high] = std::equal_range(all.begin(), all.end(), value);
            const double before = static_cast<double>(low - all.begin());
            const double rank = before + 0.5 * (static_cast<double>(high - low) + 1.0);
            value = normal_quantile((rank - 0.375) / (total + 0.25));
        }
    return scores;
}

/// Distances from the median of all.
Chains folded(Chains chains) {
    std::vector<double> all;
    for (const auto& chain : chains) all.insert(all.end(), chain.begin(), chain.end());
    const double middle = median(all);
    for (auto& chain : chains)
        for (double& value : chain) value = std::abs(value - middle);
    return chains;
}

double variance(std::span<const double> values) {
    const double deviation = standard_deviation(values);
    return deviation * deviation;
}

std::vector<double> means_of(const Chains& chains) {
    std::vector<double> means;
    for (const auto& chain : chains) means.push_back(mean(chain));
    return means;
}

double r_hat_of(const Chains& chains) {
    const auto draws = static_cast<double>(chains.front().size());
    double within = 0.0;
    for (const auto& chain : chains) within += variance(chain);
    within /= static_cast<double>(chains.size());
    const double between = draws * variance(means_of(chains));
    return std::sqrt((between / within + draws - 1.0) / draws);
}

/// Mean over chains of the autocovariance at `lag`, with divisor n: what makes the sum over lags
/// settle.
double autocovariance(const Chains& chains, const std::vector<double>& means, std::size_t lag) {
    double sum = 0.0;
    for (std::size_t c = 0; c < chains.size(); ++c) {
        double products = 0.0;
        for (std::size_t t = lag; t < chains[c].size(); ++t)
            products += (chains[c][t] - means[c]) * (chains[c][t - lag] - means[c]);
        sum += products / static_cast<double>(chains[c].size());
    }
    return sum / static_cast<double>(chains.size());
}

double ess_of(const Chains& chains) {
    const std::size_t draws = chains.front().size();
    const auto count = static_cast<double>(draws);
    const std::vector<double> means = means_of(chains);
    const double biased = autocovariance(chains, means, 0);
    const double within = biased * count / (count - 1.0);
    const double total_variance = biased + variance(means);
    const auto correlation = [&](std::size_t lag) {
        return lag == 0 ? 1.0
                        : 1.0 - (within - autocovariance(chains, means, lag)) / total_variance;
    };
    // Sums of two neighbours are positive and falling for a reversible chain: the first that is not
    // positive is noise, and so is whatever rises. Of the last pair that was read only the even lag
    // counts, once.
    double sum = 0.0;
    double accepted = 0.0;
    double least = 2.0;
    double even = 1.0;
    for (std::size_t lag = 0; lag + 2 < draws; lag += 2) {
        sum += accepted;
        even = correlation(lag);
        const double pair = even + correlation(lag + 1);
        if (pair <= 0.0) break;
        least = std::min(least, pair);
        accepted = least;
    }
    const double all = count * static_cast<double>(chains.size());
    const double time = -1.0 + 2.0 * sum + std::max(even, 0.0);
    return all / std::max(time, 1.0 / std::log10(all));
}

bool usable(std::span<const std::vector<double>> chains) {
    if (chains.empty() || chains.front().size() < kFewest) return false;
    const double first = chains.front().front();
    bool all_equal = true;
    for (const auto& chain : chains) {
        if (chain.size() != chains.front().size()) return false;
        for (const double value : chain) {
            if (!std::isfinite(value)) return false;
            all_equal = all_equal && value == first;
        }
    }
    return !all_equal;
}

}  // namespace

std::optional<ChainDiagnosis> diagnose(std::span<const std::vector<double>> chains) {
    if (!usable(chains)) return std::nullopt;
    const Chains split = halves(chains);
    const Chains place = normal_scores(split);
    const ChainDiagnosis found{std::max(r_hat_of(place), r_hat_of(normal_scores(folded(split)))),
                               ess_of(place)};
    // Each half constant: nothing varies within, so neither number is defined.
    if (!std::isfinite(found.r_hat) || !std::isfinite(found.ess)) return std::nullopt;
    return found;
}

double normal_quantile(double p) {
    // A rational guess of four digits (Abramowitz and Stegun 26.2.23), then Halley's steps on the
    // tail, where no digits cancel.
    const double tail = std::min(p, 1.0 - p);
    const double t = std::sqrt(-2.0 * std::log(tail));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int step = 0; step < 3; ++step) {
        const double above = 0.5 * std::erfc(z / std::numbers::sqrt2);
        const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
        const double newton = (above - tail) / density;
        z += newton / (1.0 - 0.5 * z * newton);
    }
    return p < 0.5 ? -z : z;
}

}  // namespace marginscope
