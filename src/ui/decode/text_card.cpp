// The card of a hovered character.
#include "ui/decode/text_card.h"

#include "ui/decode/cell_layout.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// The card stands above the line, or beside the panel, or two lines below: never over the text that
// is read next.
void place_card(const Theme& theme, const TextStripView& view, int index, int lines) {
    const ImVec2 cell = cell_place(view, index);
    const float height = static_cast<float>(lines + 2) * theme.px(type::kBody + 6);
    if (cell.y - height > 0) {
        ImGui::SetNextWindowPos(ImVec2(cell.x, cell.y - theme.px(6)), ImGuiCond_Always,
                                ImVec2(0, 1));
        return;
    }
    const float right = ImGui::GetWindowPos().x + ImGui::GetWindowWidth() + theme.px(12);
    const bool room = right + theme.px(280) < ImGui::GetIO().DisplaySize.x;
    ImGui::SetNextWindowPos(
        room ? ImVec2(right, cell.y) : ImVec2(cell.x, cell.y + 2 * view.cell_size.y),
        ImGuiCond_Always);
}

}  // namespace

void draw_text_card(const DecodeFrame& decode, const MarginFrame* margins,
                    const TextStripView& view, int index, const Theme& theme) {
    const TokenCell& token = decode.line[static_cast<std::size_t>(index)];
    const MarginCell* cell = index < decode.cursor ? margin_at(margins, index) : nullptr;
    std::vector<CardLine> lines;
    if (cell == nullptr || !cell->valid) {
        lines.push_back({"margins", missing_words(margins, cell), theme.dim});
    } else {
        const ImU32 warn = cell->crossings > 0 ? theme.accent : 0;
        for (const MarginKind kind :
             {MarginKind::determinant, MarginKind::singular, MarginKind::geometric}) {
            if (kind == MarginKind::geometric && cell->of_layer >= 0) continue;
            lines.push_back({std::string(name_of(kind)) + " margin", margin_words(*cell, kind),
                             kind == margins->kind ? theme.text : theme.dim});
        }
        if (cell->of_layer >= 0) lines.push_back({"nearest", nearest_words(*cell)});
        lines.push_back({"side", side_words(cell->crossings), warn});
        lines.push_back({"window", "from character " + std::to_string(cell->window_begin)});
        lines.push_back(
            {"support token", cell->support ? "yes" : "no", cell->support ? theme.ring : 0});
    }
    if (is_unknown(decode, token.token)) {
        lines.push_back({"this model", "does not know the character", theme.error});
    } else if (index > 0) {
        lines.push_back({"log-probability", format_amount(token.logprob, "nats")});
        lines.push_back({"entropy before it", format_amount(token.entropy, "nats")});
    }
    place_card(theme, view, index, static_cast<int>(lines.size()));
    value_card(theme, symbol_and_place(&decode, token.token, index), lines);
}

}  // namespace marginscope
