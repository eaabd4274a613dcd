// Numbers of margins.
#include "figures/margin_values.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/colormap.h"
#include "figures/figure.h"

namespace marginscope {
namespace {

Rgb blend(Rgb a, Rgb b, double t) {
    const auto one = [t](int p, int q) {
        return static_cast<std::uint8_t>(std::lround(p + std::clamp(t, 0.0, 1.0) * (q - p)));
    };
    return {one(a.r, b.r), one(a.g, b.g), one(a.b, b.b)};
}

}  // namespace

float shown_margin(const MarginCell& cell, MarginKind kind) {
    if (!cell.valid) return kNoValue;
    switch (kind) {
        case MarginKind::determinant:
            return cell.logdet;
        case MarginKind::singular:
            return cell.sigma_min;
        case MarginKind::geometric:
            return cell.geometric.has_value() ? std::abs(*cell.geometric) : kNoValue;
    }
    return kNoValue;
}

const char* name_of(MarginKind kind) {
    switch (kind) {
        case MarginKind::determinant:
            return "determinant";
        case MarginKind::singular:
            return "singular";
        case MarginKind::geometric:
            return "geometric";
    }
    return "";
}

float MarginRange::to_unit(float value) const {
    if (std::isnan(value)) return value;
    if (empty()) return 0.5F;
    return std::clamp((value - low) / (high - low), 0.0F, 1.0F);
}

MarginRange margin_range(const MarginFrame& frame) {
    std::vector<float> values;
    for (const MarginCell& cell : frame.cells) {
        const float value = shown_margin(cell, frame.kind);
        if (std::isfinite(value)) values.push_back(value);
    }
    if (values.empty()) return {};
    const auto at = [&values](double share) {
        const auto k = static_cast<std::ptrdiff_t>(
            std::lround(share * static_cast<double>(values.size() - 1)));
        std::nth_element(values.begin(), values.begin() + k, values.end());
        return values[static_cast<std::size_t>(k)];
    };
    constexpr double kTail = 0.05;
    MarginRange range{at(kTail), at(1 - kTail)};
    if (frame.kind != MarginKind::determinant && range.high > 0)
        range.low = 0;  // a length begins at the boundary itself
    return range;
}

const MarginCell* margin_at(const MarginFrame* frame, int index) {
    if (frame == nullptr || index < 0 || index >= static_cast<int>(frame->cells.size()))
        return nullptr;
    return &frame->cells[static_cast<std::size_t>(index)];
}

std::string near_color(float unit) {
    constexpr Rgb kCalm{120, 130, 145}, kNearest{30, 34, 42};
    constexpr double kNear = 0.34;
    if (std::isnan(unit)) return hex_color(kNanColor);
    return hex_color(blend(kCalm, kNearest, (kNear - static_cast<double>(unit)) / kNear));
}

}  // namespace marginscope
