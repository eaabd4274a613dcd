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

std::string name_of_curve(const NoiseCurve& curve) {
    return curve.model +
           (curve.tokens.empty() || curve.tokens == "all" ? "" : " (" + curve.tokens + " tokens)");
}

std::vector<CurveDifference> curve_differences(const std::vector<NoiseCurve>& curves,
                                               std::uint64_t seed,
                                               std::vector<std::string>& unpaired) {
    std::vector<CurveDifference> out;
    const auto add = [&](std::size_t curve, std::size_t to) {
        const auto points = noise_difference(curves[curve], curves[to], seed);
        if (points)
            out.push_back({curve, to, *points});
        else
            unpaired.push_back(name_of_curve(curves[curve]) + " and " + name_of_curve(curves[to]) +
                               " did not see the same windows, so they are not compared window "
                               "by window.");
    };
    for (std::size_t k = 1; k < curves.size(); ++k) {
        std::size_t same_noise = 0, same_model = 0;  // the first of each
        while (curves[same_noise].tokens != curves[k].tokens ||
               curves[same_noise].change != curves[k].change)
            ++same_noise;
        while (curves[same_model].model != curves[k].model) ++same_model;
        if (same_noise < k) add(k, same_noise);
        const bool of_tokens = curves[same_model].change == curves[k].change;
        if (same_model < k && same_model != same_noise && of_tokens) add(k, same_model);
    }
    return out;
}

}  // namespace marginscope
