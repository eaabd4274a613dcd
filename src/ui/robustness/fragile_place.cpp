// Words about one place.
#include "ui/robustness/fragile_place.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "figures/robustness/fragility_points.h"

namespace marginscope {
namespace {

constexpr std::size_t kShownBefore = 24;  // characters

/// The last characters before the place, in one line.
std::string words_before(const FragilityFrame& frame, std::size_t place) {
    const FragilePlace& at = frame.places[place];
    const FragileWindow& window = frame.read[at.window];
    const std::size_t end = at.i - window.begin, from = end > kShownBefore ? end - kShownBefore : 0;
    std::string words = from > 0 ? "…" : "";
    for (std::size_t k = from; k < end; ++k) words += visible_symbol(window.characters[k]);
    return words;
}

std::string sigma_words(const FragilityFrame& frame, const FragilePlace& at) {
    if (std::isinf(at.sigma))
        return "none up to " + format_number(frame.settings.max_sigma, 3) + " × RMS";
    return format_number(at.sigma, 3) + " × RMS";
}

std::string value_text(double value) {
    if (std::isnan(value)) return "not defined here";
    return std::isinf(value) ? "no boundary in reach" : format_number(value);
}

/// The first `count` characters; "" where there are not so many.
std::string_view first_characters(std::string_view text, int count) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
        if (count-- == 0) break;
    }
    return count > 0 ? std::string_view() : text.substr(0, at);
}

/// Whether a text ends with the characters of a window up to `last`.
bool ends_with(std::string_view text, const FragileWindow& window, std::size_t last) {
    for (std::size_t k = last + 1; k-- > 0;) {
        if (!text.ends_with(window.characters[k])) return false;
        text.remove_suffix(window.characters[k].size());
    }
    return true;
}

}  // namespace

std::string text_before(const FragilityFrame& frame, std::size_t place) {
    const FragilePlace& at = frame.places[place];
    const FragileWindow& window = frame.read[at.window];
    std::string text;
    for (std::size_t k = 0; k <= at.i - window.begin; ++k) text += window.characters[k];
    return text;
}

std::vector<CardLine> place_lines(const FragilityFrame& frame, std::size_t place) {
    const FragilePlace& at = frame.places[place];
    std::vector<CardLine> lines = {
        {"smallest sigma that flips", sigma_words(frame, at)},
        {"directions that flip",
         std::to_string(at.flipped) + " of " + std::to_string(frame.settings.directions)},
        {"likeliest next", visible_symbol(at.predicted)}};
    for (const bool rival : {false, true})
        if (const auto best = rival ? frame.best_rival : frame.best_margin)
            lines.push_back(
                {frame.predictors[*best].name, value_text(frame.predictors[*best].values[place])});
    return lines;
}

void draw_selected_place(const FragilityFrame& frame, std::size_t place, PanelContext& context) {
    const Theme& theme = context.theme;
    const FragilePlace& at = frame.places[place];
    const std::string words = "Character " + std::to_string(at.i) + ": " +
                              words_before(frame, place) + "[" + visible_symbol(at.token) + "] → " +
                              visible_symbol(at.predicted) + ", flips at " + sigma_words(frame, at);
    small_paragraph(theme, theme.text, words.c_str());
    if (ImGui::IsItemHovered())
        value_card(theme, "Character " + std::to_string(at.i), place_lines(frame, place));
    if (ImGui::SmallButton("Show it in Decode")) {
        context.out.push_back(SetPrompt{text_before(frame, place)});
        context.selection.index = static_cast<int>(at.i - frame.read[at.window].begin);
        context.asked.emplace_back("workspace.decode");
    }
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Decode reads what the model had read here; the text that was there comes back with "
            "undo");
}

int index_in_text(const FragilityFrame& frame, std::size_t place, const DecodeFrame* decode) {
    if (decode == nullptr) return -1;
    const std::string before = text_before(frame, place);
    const std::size_t at = decode->text.find(before);
    if (before.empty() || at == std::string::npos) return -1;
    // Characters, not bytes: those that continue one are not counted.
    const auto end = decode->text.begin() + static_cast<std::ptrdiff_t>(at + before.size());
    const auto count = std::count_if(decode->text.begin(), end, [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    });
    return static_cast<int>(count) - 1;
}

std::optional<std::size_t> place_in_text(const FragilityFrame& frame, int index,
                                         const DecodeFrame* decode) {
    std::optional<std::size_t> found;
    if (decode == nullptr || index < 0) return found;
    const std::string_view read = first_characters(decode->text, index + 1);
    std::size_t most = 0;
    for (std::size_t place = 0; place < frame.places.size(); ++place) {
        const FragilePlace& at = frame.places[place];
        const FragileWindow& window = frame.read[at.window];
        const std::size_t last = at.i - window.begin;
        if (last < most || !ends_with(read, window, last)) continue;
        most = last;
        found = place;
    }
    return found;
}

}  // namespace marginscope
