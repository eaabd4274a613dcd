// Numbers, words and colours of margins.
#include "ui/margin_style.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/widgets.h"

namespace marginscope {

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

std::string margin_words(const MarginCell& cell, MarginKind kind) {
    if (!cell.valid) return "none";
    if (kind == MarginKind::geometric && !cell.geometric.has_value())
        return cell.geometric_known ? "none found" : "not computed";
    const float value = shown_margin(cell, kind);
    const bool minus = kind != MarginKind::determinant && cell.crossings > 0;
    return format_number(minus ? -value : value);
}

Quantity quantity_of(MarginKind kind) {
    switch (kind) {
        case MarginKind::determinant:
            return Quantity::logdet;
        case MarginKind::singular:
            return Quantity::sigma_min;
        case MarginKind::geometric:
            return Quantity::geometric;
    }
    return Quantity::logdet;
}

float MarginRange::to_unit(float value) const {
    if (std::isnan(value)) return value;
    if (empty()) return 0.5F;
    return std::clamp((value - low) / (high - low), 0.0F, 1.0F);
}

MarginRange margin_range(const MarginFrame& frame) {
    MarginRange range{std::numeric_limits<float>::infinity(),
                      -std::numeric_limits<float>::infinity()};
    for (const MarginCell& cell : frame.cells) {
        const float value = shown_margin(cell, frame.kind);
        if (!std::isfinite(value)) continue;
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
    }
    if (frame.kind != MarginKind::determinant && range.high > 0)
        range.low = 0;  // a length begins at the boundary itself
    return range.high >= range.low ? range : MarginRange{};
}

ImU32 margin_color(const Theme& theme, float unit) {
    if (std::isnan(unit)) return theme.nan;
    const ImU32 calm = mix(theme.dim, theme.line_strong, 0.45F);
    // The upper two thirds of the range are all the same calm: only what is near may be seen from
    // afar.
    constexpr float kNear = 0.34F;
    return mix(calm, theme.accent, 1.2F * (kNear - unit) / kNear);
}

const MarginCell* margin_at(const MarginFrame* frame, int index) {
    if (frame == nullptr || index < 0 || index >= static_cast<int>(frame->cells.size()))
        return nullptr;
    return &frame->cells[static_cast<std::size_t>(index)];
}

std::string symbol_at(const DecodeFrame& decode, int token) {
    if (decode.symbols == nullptr || token < 0 || token >= static_cast<int>(decode.symbols->size()))
        return "?";
    return visible_symbol((*decode.symbols)[static_cast<std::size_t>(token)]);
}

}  // namespace marginscope
