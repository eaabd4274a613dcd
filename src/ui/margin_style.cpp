// Numbers, words and colours of margins.
#include "ui/margin_style.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/words.h"

namespace marginscope {

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

const char* of_words(MarginView view) {
    return view == MarginView::heads   ? "of the nearest head"
           : view == MarginView::layer ? "of the nearest layer"
                                       : "";
}

std::string nearest_words(const MarginCell& cell) {
    if (cell.of_layer < 0) return "";
    const std::string layer = "layer " + std::to_string(cell.of_layer);
    return cell.of_head < 0 ? layer : layer + ", head " + std::to_string(cell.of_head);
}

ImU32 margin_color(const Theme& theme, float unit) {
    if (std::isnan(unit)) return theme.nan;
    const ImU32 calm = mix(theme.dim, theme.line_strong, 0.45F);
    // The upper two thirds of the range are all the same calm: only what is near may be seen from
    // afar.
    constexpr float kNear = 0.34F;
    return mix(calm, theme.text, (kNear - unit) / kNear);
}

ImU32 health_color(const Theme& theme, HealthLevel level) {
    switch (level) {
        case HealthLevel::good:
            return theme.good;
        case HealthLevel::fair:
            return theme.ring;
        case HealthLevel::poor:
            return theme.error;
        case HealthLevel::unknown:
            break;
    }
    return theme.faint;
}

const char* health_words(HealthLevel level) {
    return level == HealthLevel::good   ? "good"
           : level == HealthLevel::fair ? "fair"
           : level == HealthLevel::poor ? "poor"
                                        : "not checked yet";
}

const char* missing_words(const MarginFrame* frame, const MarginCell* cell) {
    if (frame == nullptr) return "no stage";
    if (!frame->sentence.empty()) return "in the stage view only";
    if (!frame->measurable()) return "no stage";
    if (cell == nullptr) return "after the cursor";
    if (cell->pending) return "not computed yet";
    return frame->view == MarginView::stage ? "none: fewer than two before it"
                                            : "none: the first of its window";
}

const char* why_no_margin(const MarginFrame* frame, const MarginCell* cell) {
    if (frame != nullptr && !frame->sentence.empty()) return frame->sentence.c_str();
    if (frame == nullptr || !frame->measurable())
        return "No margin: this model has no stage. Press F to fit one.";
    if (cell == nullptr) return "No margin: this character is after the cursor.";
    if (cell->pending) return "Its margins are being computed.";
    if (frame->view != MarginView::stage)
        return "No margin here: the first character of a window attends to itself alone.";
    return "No margin here: fewer than two characters come before it, so nothing can fold.";
}

std::string recurrence_words(const MarginFrame& frame, int index) {
    for (std::size_t k = 0; k < std::min(frame.recurrence.size(), frame.support.size()); ++k)
        if (frame.support[k] == index)
            return std::to_string(frame.recurrence[k]) + "/" + std::to_string(frame.stage_seeds);
    return "";
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
