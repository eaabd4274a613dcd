// Colours of the boundary's field.
#include "core/boundary_style.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace marginscope {
namespace {

Rgb mix(Rgb a, Rgb b, double t) {
    const auto channel = [t](std::uint8_t x, std::uint8_t y) {
        return static_cast<std::uint8_t>(std::lround(x + t * (y - x)));
    };
    return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b)};
}

}  // namespace

std::pair<float, float> robust_limits(std::span<const float> values) {
    std::vector<float> finite;
    finite.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
                 [](float v) { return std::isfinite(v); });
    if (finite.empty()) return {0.0F, 1.0F};
    const auto quantile = [&](double share) {
        const auto nth = finite.begin() + static_cast<std::ptrdiff_t>(
                                              share * static_cast<double>(finite.size() - 1));
        std::nth_element(finite.begin(), nth, finite.end());
        return *nth;
    };
    const float low = quantile(0.05);
    const float high = quantile(0.95);
    return {low, std::max(high, low + 1e-3F)};
}

BoundaryStyle BoundaryStyle::themed(bool dark) {
    BoundaryStyle style;
    style.line = accent_color(dark);
    if (dark) {
        style.safe_low = {17, 34, 43};
        style.safe_high = {58, 128, 138};
        style.beyond_low = {43, 31, 24};
        style.beyond_high = {168, 118, 66};
        style.halo = {14, 15, 18};
        style.iso = {255, 255, 255};
    } else {
        style.safe_low = {232, 243, 244};
        style.safe_high = {112, 178, 186};
        style.beyond_low = {250, 240, 226};
        style.beyond_high = {222, 172, 112};
        style.halo = {255, 255, 255};
        style.iso = {20, 30, 40};
    }
    return style;
}

Rgb boundary_fill(const BoundaryStyle& style, float logdet_min, float logdet_max, float logdet,
                  int sign) {
    if (std::isnan(logdet)) return kNanColor;
    const float width = std::max(logdet_max - logdet_min, 1e-6F);
    const double t = std::clamp(static_cast<double>((logdet - logdet_min) / width), 0.0, 1.0);
    return sign < 0 ? mix(style.beyond_low, style.beyond_high, t)
                    : mix(style.safe_low, style.safe_high, t);
}

}  // namespace marginscope
