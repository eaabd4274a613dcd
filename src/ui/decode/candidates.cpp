// The table of candidates at the cursor.
#include "ui/decode/candidates.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void hover_row(const Theme& theme, const DecodeFrame& decode, const CandidateCell& c) {
    const ImU32 warn = c.crossings > 0 ? theme.accent : 0;
    value_card(theme, symbol_at(decode, c.token),
               {{"probability", format_percent(c.probability)},
                {"log p (T = 1)", format_number(c.logprob) + " nats"},
                {"margin it would have", format_number(c.logdet) + " nats", warn},
                {"side", c.crossings > 0 ? "beyond the boundary" : "this side", warn},
                {"", c.node >= 0 ? "a branch already" : "a click begins a branch", theme.dim}});
}

void draw_row(const DecodeFrame& decode, const CandidateCell& c, const MarginRange& range,
              float largest, float height, PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    if (ImGui::InvisibleButton("##row", ImVec2(width, height))) {
        context.selection.index = -1;
        context.out.push_back(ChooseToken{c.token});
    }
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool hovered = ImGui::IsItemHovered();
    if (hovered)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    const float token_px = theme.px(type::kToken), small = theme.px(type::kSmall);
    const std::string symbol = symbol_at(decode, c.token);
    draw->AddText(theme.fonts.mono, token_px,
                  ImVec2(at.x + theme.px(6), at.y + (height - token_px) / 2), theme.text,
                  symbol.c_str());
    if (c.node >= 0)
        draw_icon(*draw, Icon::branch, ImVec2(at.x + theme.px(30), at.y + height / 2), theme.px(9),
                  theme.dim);

    const float margin_width = theme.px(60), percent_width = theme.px(48);
    const float bar_left = at.x + theme.px(42),
                bar_right = at.x + width - margin_width - percent_width;
    const float share = std::isfinite(c.probability) && largest > 0 ? c.probability / largest : 0;
    bar(*draw, ImVec2(bar_left, at.y + (height - theme.px(6)) / 2),
        ImVec2(std::max(0.0F, bar_right - bar_left), theme.px(6)), share,
        mix(theme.faint, theme.text, 0.35F), theme.raised);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.1f %%", 100.0 * static_cast<double>(c.probability));
    const float y = at.y + (height - small) / 2;
    const auto right = [&](const char* words, float x, ImU32 color) {
        const float w = theme.fonts.mono->CalcTextSizeA(small, 1e9F, 0, words).x;
        draw->AddText(theme.fonts.mono, small, ImVec2(x - w, y), color, words);
    };
    right(std::isfinite(c.probability) ? percent : "nan", at.x + width - margin_width, theme.text);
    if (!std::isnan(c.logdet)) {
        const std::string words = format_number(c.logdet, 3);
        right(words.c_str(), at.x + width - theme.px(6),
              c.crossings > 0 ? theme.accent : margin_color(theme, range.to_unit(c.logdet)));
    }
    if (hovered) hover_row(theme, decode, c);
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
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, Quantity::entropy, "H = " + format_number(decode.next_entropy) + " nats",
                   "Entropy");
    ImGui::SameLine(0, theme.px(6));
    text_colored(theme.text, (format_number(decode.next_entropy, 3) + " nats").c_str());
    const float end = ImGui::GetContentRegionMax().x;
    ImGui::SameLine(end - ImGui::CalcTextSize("log|det J|").x - theme.px(6));
    quantity_label(theme, Quantity::logdet, "of the position, were this character chosen",
                   "log|det J|");
    ImGui::PopFont();

    MarginRange range = frames.margins != nullptr ? margin_range(*frames.margins) : MarginRange{};
    if (frames.margins == nullptr || frames.margins->kind != MarginKind::determinant ||
        range.empty())
        range = {-4, 0};
    float largest = 0;
    for (const CandidateCell& c : decode.candidates) {
        if (std::isfinite(c.probability)) largest = std::max(largest, c.probability);
    }
    ImGui::BeginChild("##rows", ImVec2(0, 0), 0, ImGuiWindowFlags_NoNavInputs);
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
