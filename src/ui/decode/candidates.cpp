// The table of candidates at the cursor.
#include "ui/decode/candidates.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// What is left out of a row as the panel gets narrower: first the bar, then the branch's sign and
// the second share.
struct Columns {
    float percent = 0, mean = 0, margin = 0;  // right edges, from the row's left
    float bar_left = 0, bar_right = 0;
    bool bar = false, sign = false, second = false;
};

Columns columns_of(const Theme& theme, float width, bool together) {
    const float small = theme.px(type::kSmall), gap = theme.px(8);
    const float number = width_of(theme.fonts.mono, small, "-00.00"),
                percent = width_of(theme.fonts.mono, small, "> 99.9 %");
    Columns c;
    c.margin = width - theme.px(6);
    c.percent = c.margin - number - gap;
    // Beside a second share there is no air to lend a long margin.
    c.mean = c.margin - width_of(theme.fonts.mono, small, "-0.00000") - gap;
    c.second = together && c.mean - 2 * percent > theme.px(26);
    if (c.second) c.percent = c.mean - percent;
    c.sign = c.percent - percent > theme.px(40);
    c.bar_left = theme.px(c.sign ? 42.0F : 26.0F);
    c.bar_right = c.percent - percent - gap;
    c.bar = c.bar_right - c.bar_left > theme.px(20);
    return c;
}

std::string mean_words(const CandidateCell& c) {
    return std::isnan(c.mean_probability) ? kNoNumber : format_percent(c.mean_probability);
}

void hover_row(const Theme& theme, const DecodeFrame& decode, const CandidateCell& c) {
    const ImU32 warn = c.crossings > 0 ? theme.accent : 0;
    const bool known = !std::isnan(c.logdet);
    std::vector<CardLine> lines = {{"probability", format_percent(c.probability)},
                                   {"log p (T = 1)", format_amount(c.logprob, "nats")}};
    if (!decode.ensemble.empty())
        lines.push_back({"mean of " + decode.ensemble + " (T = 1)", mean_words(c)});
    lines.push_back({"determinant margin it would have",
                     known ? format_amount(c.logdet, "nats") : "not computed"});
    lines.push_back({"side", known ? side_words(c.crossings) : kNoNumber, warn});
    lines.push_back({"", c.node >= 0 ? "a branch already" : "a click begins a branch", theme.dim});
    value_card(theme, symbol_at(decode, c.token), lines);
}

void draw_row(const DecodeFrame& decode, const CandidateCell& c, const MarginRange& range,
              float largest, float height, PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
    const Columns columns = columns_of(theme, width, !decode.ensemble.empty());
    if (ImGui::InvisibleButton("##row", ImVec2(width, height))) {
        context.selection.index = -1;
        context.out.push_back(ChooseToken{c.token});
    }
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool hovered = ImGui::IsItemHovered();
    if (hovered)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    const float small = theme.px(type::kSmall), middle = at.y + height / 2;
    draw_symbol(*draw, theme.fonts.mono, theme.px(type::kToken),
                ImVec2(at.x + theme.px(12), middle), theme.text, symbol_at(decode, c.token));
    if (c.node >= 0 && columns.sign)
        draw_icon(*draw, Icon::branch, ImVec2(at.x + theme.px(30), middle), theme.px(9), theme.dim);
    if (columns.bar) {
        const float share =
            std::isfinite(c.probability) && largest > 0 ? c.probability / largest : 0;
        bar(*draw, ImVec2(at.x + columns.bar_left, middle - theme.px(3)),
            ImVec2(columns.bar_right - columns.bar_left, theme.px(6)), share,
            mix(theme.faint, theme.text, 0.35F), theme.raised);
    }
    const auto right = [&](const std::string& words, float x, ImU32 color) {
        draw->AddText(
            theme.fonts.mono, small,
            ImVec2(at.x + x - width_of(theme.fonts.mono, small, words), middle - small / 2), color,
            words.c_str());
    };
    right(format_percent(c.probability), columns.percent, theme.text);
    if (columns.second) right(mean_words(c), columns.mean, theme.dim);
    right(format_number(c.logdet, 3), columns.margin,
          std::isnan(c.logdet) ? theme.faint
          : c.crossings > 0    ? theme.accent
                               : margin_color(theme, range.to_unit(c.logdet)));
    if (hovered) hover_row(theme, decode, c);
}

// How undecided the model is, and over the last column what it is.
void draw_head(const Theme& theme, const DecodeFrame& decode) {
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const std::string entropy = "entropy " + format_amount(decode.next_entropy, "nats", 3);
    const float room = ImGui::GetContentRegionAvail().x,
                column = ImGui::CalcTextSize("log|det J|").x + theme.px(6);
    const float left = ImGui::GetCursorPosX();
    ImGui::PushTextWrapPos(0.0F);
    quantity_label(theme, Quantity::entropy, "H = " + format_amount(decode.next_entropy, "nats"),
                   entropy.c_str());
    ImGui::PopTextWrapPos();
    if (ImGui::GetItemRectSize().x + theme.px(10) + column <= room) ImGui::SameLine();
    ImGui::SetCursorPosX(left + std::max(0.0F, room - column));
    quantity_label(theme, Quantity::logdet, "that the position would have", "log|det J|");
    ImGui::PopFont();
    if (decode.ensemble.empty()) return;
    const float width = ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ScrollbarSize;
    const std::string words =
        (columns_of(theme, width, true).second ? "The second share is the mean of "
                                               : "Pointed at, a row also has the mean of ") +
        decode.ensemble + ", T = 1.";
    small_paragraph(theme, theme.dim, words.c_str());
}

}  // namespace

void draw_candidates(const Frames& frames, CandidatesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.decode->candidates.empty()) {
        empty_state(theme, "No candidates yet",
                    "They appear when a model is loaded and the text has a character.");
        return;
    }
    const DecodeFrame& decode = *frames.decode;
    draw_head(theme, decode);
    MarginRange range = frames.margins != nullptr ? margin_range(*frames.margins) : MarginRange{};
    if (frames.margins == nullptr || frames.margins->kind != MarginKind::determinant ||
        range.empty())
        range = {-4, 0};
    float largest = 0;
    for (const CandidateCell& c : decode.candidates) {
        if (std::isfinite(c.probability)) largest = std::max(largest, c.probability);
    }
    ImGui::BeginChild("##rows", ImVec2(0, std::max(theme.px(72), ImGui::GetContentRegionAvail().y)),
                      0, ImGuiWindowFlags_NoNavInputs);
    view.row_height = theme.px(24);
    view.first_row = ImGui::GetCursorScreenPos();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(decode.candidates.size()), view.row_height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            ImGui::PushID(i);
            draw_row(decode, decode.candidates[static_cast<std::size_t>(i)], range, largest,
                     view.row_height, context);
            ImGui::PopID();
        }
    }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

}  // namespace marginscope
