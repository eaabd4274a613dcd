// The panel: its sentence, the words along the direction, and the parts below.
#include "ui/decode/why.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/why_parts.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string listed(const std::vector<DirectionWord>& words, const DecodeFrame& decode) {
    constexpr std::size_t kNamed = 3;
    const std::size_t count = std::min(kNamed, words.size());
    std::string all;
    for (std::size_t k = 0; k < count; ++k) {
        if (k > 0) all += k + 1 == count ? " and " : ", ";
        all += quoted(decode, words[k].token);
    }
    return all;
}

void draw_word(const WhyFrame& why, const DirectionWord& word, const DecodeFrame& decode,
               const Theme& theme) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x), height = theme.px(18);
    ImGui::InvisibleButton("##word", ImVec2(width, height));
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    const float small = theme.px(11), top = at.y + (height - small) / 2;
    draw_symbol(*draw, theme.fonts.mono, theme.px(14),
                ImVec2(at.x + theme.px(10), at.y + height / 2), theme.text,
                symbol_at(decode, word.token));
    const std::string value = format_number(word.cosine, 2);
    const float numbers = width_of(theme.fonts.mono, small, "-0.000");
    draw->AddText(
        theme.fonts.mono, small,
        ImVec2(at.x + width - theme.px(2) - width_of(theme.fonts.mono, small, value), top),
        theme.dim, value.c_str());
    const float left = at.x + theme.px(26), right = at.x + width - numbers - theme.px(10);
    if (right - left > theme.px(16) && std::isfinite(word.cosine)) {
        const float zero = (left + right) / 2;
        const float length = std::clamp(word.cosine, -1.0F, 1.0F) * (right - left) / 2;
        draw->AddRectFilled(ImVec2(std::min(zero, zero + length), at.y + theme.px(5)),
                            ImVec2(std::max(zero, zero + length), at.y + height - theme.px(5)),
                            word.cosine > 0 ? theme.accent : theme.dim, theme.px(1));
        draw->AddLine(ImVec2(zero, at.y), ImVec2(zero, at.y + height), theme.line_strong);
    }
    if (!hovered) return;
    const char* of =
        why.reach_is_geometric ? "of the geometric margin" : "of the first-order distance";
    value_card(theme, "As if it were more like " + quoted(decode, word.token),
               {{"cosine with the way to the boundary", format_number(word.cosine)},
                {"how far it lies that way", format_number(word.along)},
                {of, format_percent(word.share)}});
}

void draw_direction(const WhyFrame& why, const DecodeFrame& decode, const Theme& theme) {
    paragraph(theme, theme.text, direction_words(why, &decode).c_str());
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    int id = 0;
    for (const auto* words : {&why.more, &why.less})
        for (const DirectionWord& word : *words) {
            ImGui::PushID(id++);
            draw_word(why, word, decode, theme);
            ImGui::PopID();
        }
    ImGui::PopStyleVar();
}

}  // namespace

std::string quoted(const DecodeFrame& decode, int token) {
    const std::string symbol = symbol_at(decode, token);
    if (symbol == "·") return "a space";
    if (symbol == "↵") return "a line break";
    if (symbol == "⇥") return "a tab";
    return "'" + symbol + "'";
}

std::string direction_words(const WhyFrame& why, const DecodeFrame* decode) {
    if (!why.direction_sentence.empty() || decode == nullptr) return why.direction_sentence;
    std::string words = "Towards the boundary:";
    if (!why.more.empty()) words += " more like " + listed(why.more, *decode);
    if (!why.less.empty())
        words += (why.more.empty() ? " less like " : "; less like ") + listed(why.less, *decode);
    return words + ".";
}

void draw_cells(const Theme& theme, float left, float right, float top, float width,
                std::span<const std::string> values, ImU32 color) {
    const float small = theme.px(11);
    for (const std::string& value : values) {
        if (left + width > right + 1) return;
        left += width;
        const std::string words = shortened(theme.fonts.mono, small, value, width - theme.px(4));
        ImGui::GetWindowDrawList()->AddText(
            theme.fonts.mono, small, ImVec2(left - width_of(theme.fonts.mono, small, words), top),
            color, words.c_str());
    }
}

void draw_why(const Frames& frames, WhyView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    // A panel that only appears may be put behind another tab at once.
    view.in_sight = !ImGui::IsWindowAppearing();
    if (frames.why == nullptr || frames.why->index < 0 || frames.decode == nullptr) {
        empty_state(theme, "Nothing to explain yet",
                    "Choose a character: which way its boundary lies, what each layer predicts and "
                    "what each head does for it appear here.");
        return;
    }
    const WhyFrame& why = *frames.why;
    const DecodeFrame& decode = *frames.decode;
    heading(theme, ("Why " + symbol_and_place(&decode, why.token, why.index)).c_str());
    if (why.revision != decode.selected_revision)
        small_paragraph(theme, theme.dim, "Late: the chosen character is being explained.");
    draw_direction(why, decode, theme);
    draw_lens(why, decode, view, context);
    draw_head_map(why, decode, view, context);
    draw_head_table(why, decode, context);
}

}  // namespace marginscope
