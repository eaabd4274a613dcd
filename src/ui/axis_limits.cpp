// Limits that hold every point.
#include "ui/axis_limits.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

constexpr double kPadding = 0.08;

}  // namespace

AxisLimits padded_limits(const std::vector<double>& values, bool log) {
    double low = INFINITY, high = -INFINITY;
    for (const double value : values) {
        if (!std::isfinite(value) || (log && value <= 0)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (low > high) return log ? AxisLimits{0.1, 1} : AxisLimits{};
    if (log) {
        const double pad = std::max(kPadding * std::log(high / low), 0.05);
        return {low * std::exp(-pad), high * std::exp(pad)};
    }
    const double range = high - low;
    const double pad = range > 0 ? kPadding * range : std::max(0.05 * std::abs(low), 1e-3);
    return {low - pad, high + pad};
}

}  // namespace marginscope
