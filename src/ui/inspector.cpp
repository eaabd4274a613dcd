// Sections of the inspector: the character, its margins, what the model thought, the selected head,
// the model.
#include "ui/inspector.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void section(const Theme& theme, const char* words) {
    ImGui::Dummy(ImVec2(0, theme.px(5)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddLine(at, ImVec2(at.x + ImGui::GetContentRegionAvail().x, at.y),
                                        theme.line);
    ImGui::Dummy(ImVec2(0, theme.px(3)));
    heading(theme, words);
}

void draw_token(const Theme& theme, const DecodeFrame& decode, const MarginCell* cell, int index,
                bool follows) {
    const TokenCell& token = decode.line[static_cast<std::size_t>(index)];
    const std::string symbol = symbol_at(decode, token.token);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float side = theme.px(44);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + side, at.y + side), theme.raised, theme.px(6));
    if (cell != nullptr && cell->support) {
        draw->AddRect(at, ImVec2(at.x + side, at.y + side), theme.ring, theme.px(6), 0,
                      theme.px(2));
    }
    const float font_px = theme.px(type::kDisplay);
    const float width = theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, symbol.c_str()).x;
    const bool beyond = cell != nullptr && cell->valid && cell->crossings > 0;
    draw->AddText(theme.fonts.mono, font_px,
                  ImVec2(at.x + (side - width) / 2, at.y + (side - font_px) / 2),
                  beyond ? theme.accent : theme.text, symbol.c_str());
    ImGui::Dummy(ImVec2(side, side));
    ImGui::SameLine(0, theme.px(12));
    ImGui::BeginGroup();
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    text_colored(theme.text, ("Character " + std::to_string(index)).c_str());
    ImGui::PopFont();
    if (cell != nullptr && cell->support)
        chip(theme, "support token", theme.ring);
    else if (beyond)
        chip(theme, "beyond the boundary", theme.accent);
    else
        text_small(theme, theme.faint, follows ? "follows the cursor" : "selected · Esc follows");
    ImGui::EndGroup();
}

void draw_margins(const Theme& theme, const MarginFrame* margins, const MarginCell* cell) {
    section(theme, "Margins");
    if (margins == nullptr || !margins->has_stage) {
        paragraph(theme, theme.faint,
                  margins != nullptr && !margins->stage_label.empty()
                      ? margins->stage_label.c_str()
                      : "This model has no stage yet. Press F to fit one.");
        return;
    }
    if (cell == nullptr || !cell->valid) {
        paragraph(theme, theme.faint,
                  "No margin here: the first two characters of the window have no boundary.");
        return;
    }
    const ImU32 warn = cell->crossings > 0 ? theme.accent : 0;
    value_row(theme, Quantity::logdet, format_number(cell->logdet), warn);
    value_row(theme, Quantity::determinant,
              std::string(cell->sign < 0   ? "−"
                          : cell->sign > 0 ? "+"
                                           : "0 ") +
                  format_number(std::exp(cell->logdet), 3));
    value_row(theme, Quantity::sigma_min, margin_words(*cell, MarginKind::singular), warn);
    value_row(theme, Quantity::geometric, margin_words(*cell, MarginKind::geometric), warn);
    value_row(theme, Quantity::crossings, std::to_string(cell->crossings), warn);
    value_row(theme, Quantity::energy, format_number(cell->energy));
    if (std::isfinite(cell->lowest_head)) {
        value_row(theme, Quantity::lowest_head, format_number(cell->lowest_head, 3));
        if (cell->lowest_head_layer >= 0)
            value_row(theme, "Its place",
                      "layer " + std::to_string(cell->lowest_head_layer) + ", head " +
                          std::to_string(cell->lowest_head_index));
    }
    if (cell->support && margins->stage_seeds > 0) {
        value_row(theme, Quantity::recurrence,
                  std::to_string(cell->recurrence) + " of " + std::to_string(margins->stage_seeds));
    }
}

void draw_prediction(const Theme& theme, const TokenCell& token) {
    section(theme, "Prediction");
    value_row(theme, Quantity::logprob, format_number(token.logprob));
    value_row(theme, "Probability",
              std::isnan(token.logprob) ? "nan" : format_percent(std::exp(token.logprob)));
    value_row(theme, Quantity::entropy, format_number(token.entropy));
}

void draw_head(const Theme& theme, const AttentionFrame& attention, const Selection& selection,
               int index) {
    const int query = index - attention.window_begin;
    if (attention.size <= 0 || query < 0 || query >= attention.size || attention.layers <= 0 ||
        attention.heads <= 0)
        return;
    const int layer = std::clamp(selection.layer, 0, attention.layers - 1),
              head = std::clamp(selection.head, 0, attention.heads - 1);
    section(theme, ("Layer " + std::to_string(layer) + ", head " + std::to_string(head)).c_str());
    const auto row = (static_cast<std::size_t>(layer * attention.heads + head) *
                          static_cast<std::size_t>(attention.size) +
                      static_cast<std::size_t>(query));
    if (row < attention.head_logdet.size()) {
        value_row(theme, "log|det| of this head", format_number(attention.head_logdet[row]));
    }
    double sum = 0, entropy = 0;
    for (int k = 0; k <= query; ++k) {
        const double w = attention.weights[row * static_cast<std::size_t>(attention.size) +
                                           static_cast<std::size_t>(k)];
        sum += w;
        if (w > 0) entropy -= w * std::log(w);
    }
    value_row(theme, Quantity::attention_entropy, format_number(entropy));
    value_row(theme, Quantity::row_sum, format_number(sum, 6));
}

void draw_window_margins(const Theme& theme, const MarginFrame& margins) {
    section(theme, "Window");
    value_row(theme, Quantity::share_beyond, format_percent(margins.share_beyond),
              margins.share_beyond > 0 ? theme.accent : 0);
    value_row(theme, Quantity::nats_per_position, format_number(margins.nats_per_position));
    value_row(theme, "Stage", margins.stage_label);
}

}  // namespace

void draw_inspector(const Frames& frames, UiState& state, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame* decode = frames.decode.get();
    const int index = selected_index(state.selection, decode);
    if (decode == nullptr || index < 0 || index >= static_cast<int>(decode->line.size())) {
        empty_state(theme, "Nothing selected",
                    "Click a character in the text to see its numbers here.");
        return;
    }
    const MarginCell* cell = margin_at(frames.margins.get(), index);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(8), theme.px(2)));
    draw_token(theme, *decode, cell, index, state.selection.index < 0);
    draw_margins(theme, frames.margins.get(), cell);
    draw_prediction(theme, decode->line[static_cast<std::size_t>(index)]);
    if (frames.attention != nullptr) draw_head(theme, *frames.attention, state.selection, index);
    if (frames.margins != nullptr && frames.margins->has_stage)
        draw_window_margins(theme, *frames.margins);
    ImGui::PopStyleVar();
}

}  // namespace marginscope
