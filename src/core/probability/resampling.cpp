// Effective sample size, systematic resampling, and the error that the family tree shows.
#include "core/probability/resampling.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/probability/log_space.h"

namespace marginscope {

double effective_sample_size(std::span<const double> log_weights) {
    double squares = 0.0;
    for (const double weight : normalised(log_weights)) squares += weight * weight;
    return squares > 0.0 ? 1.0 / squares : 0.0;
}

std::vector<std::int64_t> systematic_resample(std::span<const double> weights, std::size_t count,
                                              double offset) {
    assert(!weights.empty() && offset >= 0.0 && offset < 1.0);
    std::vector<std::int64_t> out;
    out.reserve(count);
    // Rounding may leave the last comb tooth beyond the sum: it belongs to the last that has
    // weight.
    std::size_t last = weights.size() - 1;
    while (last > 0 && weights[last] <= 0.0) --last;
    std::size_t k = 0;
    double sum = weights[0];
    for (std::size_t tooth = 0; tooth < count; ++tooth) {
        const double at = (static_cast<double>(tooth) + offset) / static_cast<double>(count);
        while (k < last && at >= sum) sum += weights[++k];
        out.push_back(static_cast<std::int64_t>(k));
    }
    return out;
}

std::optional<double> ancestral_error(std::span<const std::int64_t> ancestors,
                                      std::span<const double> weights) {
    assert(ancestors.size() == weights.size());
    const std::size_t n = ancestors.size();
    std::vector<double> share(n, 0.0);
    for (std::size_t k = 0; k < n; ++k) share[static_cast<std::size_t>(ancestors[k])] += weights[k];
    const auto families = static_cast<std::size_t>(
        std::count_if(share.begin(), share.end(), [](double one) { return one > 0.0; }));
    if (families < 2 || 10 * families < n) return std::nullopt;
    double squares = 0.0;
    for (const double one : share) {
        const double off = one - 1.0 / static_cast<double>(n);
        squares += off * off;
    }
    return std::sqrt(squares);
}

}  // namespace marginscope
