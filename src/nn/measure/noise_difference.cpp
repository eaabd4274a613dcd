// Differences of windows, and the bootstrap over them.
#include "nn/measure/noise_difference.h"

namespace marginscope {
namespace {

std::vector<double> less(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out;
    for (std::size_t w = 0; w < a.size(); ++w) out.push_back(a[w] - b[w]);
    return out;
}

}  // namespace

std::optional<std::vector<DifferencePoint>> noise_difference(const NoiseCurve& curve,
                                                             const NoiseCurve& other,
                                                             std::uint64_t seed) {
    if (curve.windows != other.windows || curve.context != other.context ||
        curve.points.size() != other.points.size() || curve.unit != other.unit ||
        curve.where != other.where || curve.change != other.change)
        return std::nullopt;
    std::vector<DifferencePoint> out;
    for (std::size_t k = 0; k < curve.points.size(); ++k) {
        const NoisePoint &a = curve.points[k], &b = other.points[k];
        if (a.level != b.level) return std::nullopt;
        out.push_back({a.level, bootstrap_mean(less(a.window_ce, b.window_ce), seed),
                       bootstrap_mean(less(a.window_flips, b.window_flips), seed)});
    }
    return out;
}

}  // namespace marginscope
