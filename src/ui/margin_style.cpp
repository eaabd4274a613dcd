// Numbers, words and colours of margins.
#include "ui/margin_style.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/words.h"

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
    if (!cell.valid) return kNoNumber;
    if (kind == MarginKind::geometric && !cell.geometric.has_value())
        return cell.geometric_known ? "none found" : "not computed yet";
    return format_amount(shown_margin(cell, kind),
                         kind == MarginKind::determinant ? text_of(Quantity::logdet).unit : "");
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

ImU32 margin_color(const Theme& theme, float unit) {
    if (std::isnan(unit)) return theme.nan;
    const ImU32 calm = mix(theme.dim, theme.line_strong, 0.45F);
    // The upper two thirds of the range are all the same calm: only what is near may be seen from
    // afar.
    constexpr float kNear = 0.34F;
    return mix(calm, theme.accent, 1.2F * (kNear - unit) / kNear);
}

const char* missing_words(const MarginFrame* frame, const MarginCell* cell) {
    if (frame == nullptr || !frame->has_stage) return "no stage";
    if (cell == nullptr) return "after the cursor";
    return cell->pending ? "not computed yet" : "none: fewer than two before it";
}

const char* why_no_margin(const MarginFrame* frame, const MarginCell* cell) {
    if (frame == nullptr || !frame->has_stage)
        return "No margin: this model has no stage. Press F to fit one.";
    if (cell == nullptr) return "No margin: this character is after the cursor.";
    if (cell->pending) return "Its margins are being computed.";
    return "No margin here: fewer than two characters come before it, so nothing can fold.";
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

bool is_unknown(const DecodeFrame& decode, int token) {
    return decode.vocabulary > 0 && token >= decode.vocabulary;
}

std::string symbol_and_place(const DecodeFrame* decode, int token, int index) {
    std::string symbol = decode != nullptr ? symbol_at(*decode, token) : "?";
    if (symbol == "·") symbol = "space";
    if (symbol == "↵") symbol = "line break";
    if (symbol == "⇥") symbol = "tab";
    return symbol + " at " + std::to_string(index);
}

}  // namespace marginscope
