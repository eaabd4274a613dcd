// The list of support tokens.
#include "ui/decode/support_list.h"

#include <algorithm>

#include "ui/decode/decode_view.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void draw_row(const DecodeFrame& decode, const MarginFrame& margins, int index,
              PanelContext& context) {
    const Theme& theme = context.theme;
    const MarginCell& cell = margins.cells[static_cast<std::size_t>(index)];
    const int token = decode.line[static_cast<std::size_t>(index)].token;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
    const float height = theme.px(24), middle = at.y + height / 2;
    if (ImGui::InvisibleButton("##row", ImVec2(width, height))) context.selection.index = index;
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered || decode.selected == index)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    draw_symbol(*draw, theme.fonts.mono, theme.px(type::kToken),
                ImVec2(at.x + theme.px(14), middle), theme.text, symbol_at(decode, token));
    const float small = theme.px(type::kSmall), top = middle - small / 2;
    const std::string place = std::to_string(index);
    const float place_left = at.x + theme.px(32);
    draw->AddText(theme.fonts.mono, small, ImVec2(place_left, top), theme.dim, place.c_str());
    const float room = at.x + width - theme.px(6) - place_left - theme.px(12) -
                       width_of(theme.fonts.mono, small, place);
    const std::string recurs = recurrence_words(margins, index);
    const std::string words =
        (recurs.empty() ? "" : recurs + "   ") + margin_words(cell, margins.kind);
    const std::string value = shortened(theme.fonts.mono, small, words, std::max(0.0F, room));
    draw->AddText(
        theme.fonts.mono, small,
        ImVec2(at.x + width - theme.px(6) - width_of(theme.fonts.mono, small, value), top),
        cell.crossings > 0 ? theme.accent : theme.text, value.c_str());
    if (hovered)
        value_card(theme, symbol_and_place(&decode, token, index),
                   {{"margin", margin_words(cell, margins.kind)},
                    {"whose", cell.of_layer < 0 ? "the stage's" : nearest_words(cell)},
                    {"side", side_words(cell.crossings)},
                    {"of other seeds", recurs.empty() ? "not counted" : "in " + recurs},
                    {"window", "from " + std::to_string(cell.window_begin)},
                    {"", "a click selects it", theme.dim}});
}

// How often they recur under stages of other seeds, or how to find out.
void draw_seeds(const MarginFrame& margins, PanelContext& context) {
    const Theme& theme = context.theme;
    if (margins.stage_seeds > 0) {
        const std::string seeds = std::to_string(margins.stage_seeds);
        const std::string words = margins.recurrence_sentence.empty()
                                      ? "n/" + seeds +
                                            " before a margin: a support token under n of " +
                                            seeds + " stages of other seeds, too."
                                      : margins.recurrence_sentence;
        small_paragraph(theme, theme.dim, words.c_str());
    }
    if (!margins.recurrence.empty() || margins.view != MarginView::stage) return;
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const std::string name =
        shortened(theme.fonts.text, theme.px(type::kSmall), "Do they recur under other seeds?",
                  ImGui::GetContentRegionAvail().x - theme.px(12)) +
        "###seeds";
    if (ImGui::SmallButton(name.c_str())) context.asked.push_back("model.fit_seeds");
    ImGui::PopFont();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip(
            "Fits five stages of other seeds beside everything else and counts: the ranking is "
            "noisy, and this says how noisy");
}

}  // namespace

void draw_support_list(const Frames& frames, int& count, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.decode == nullptr || frames.margins == nullptr || frames.margins->support.empty()) {
        const bool none = frames.margins == nullptr || frames.margins->sentence.empty();
        empty_state(theme, "No support tokens yet",
                    none ? "They are the characters nearest the boundary: a text of three "
                           "characters and a fitted stage have some."
                         : frames.margins->sentence.c_str());
        return;
    }
    const MarginFrame& margins = *frames.margins;
    double asked = count;
    if (slider(theme,
               {.label = "How many",
                .scale = {1.0, kMostSupport, false, false, true},
                .digits = 2,
                .hint = "The k characters with the smallest margins are the support tokens; ties "
                        "belong, too"},
               asked))
        count = static_cast<int>(asked);
    const std::string of = of_words(margins.view);
    const std::string head = "Nearest the boundary by the " + std::string(name_of(margins.kind)) +
                             " margin" + (of.empty() ? "" : " " + of) + "; pink is beyond it.";
    small_paragraph(theme, theme.dim, head.c_str());
    if (margins.pending > 0) {
        const std::string pending =
            std::to_string(margins.pending) + " characters are still to be measured.";
        small_paragraph(theme, theme.dim, pending.c_str());
    }
    draw_seeds(margins, context);
    ImGui::BeginChild("##rows", ImVec2(0, std::max(theme.px(72), ImGui::GetContentRegionAvail().y)),
                      0, ImGuiWindowFlags_NoNavInputs);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    const auto shown = std::min(margins.cells.size(), frames.decode->line.size());
    for (const int index : margins.support) {
        if (static_cast<std::size_t>(index) >= shown) continue;  // the text has moved on since
        ImGui::PushID(index);
        draw_row(*frames.decode, margins, index, context);
        ImGui::PopID();
    }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

}  // namespace marginscope
