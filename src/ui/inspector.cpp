// Sections of the inspector: the character, its margins, what the model thought, the selected head,
// the text as a whole.
#include "ui/inspector.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/attention_row.h"
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

void draw_box(const Theme& theme, const std::string& symbol, bool support, bool beyond) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float side = theme.px(44);
    const ImVec2 end(at.x + side, at.y + side);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, end, theme.raised, theme.px(6));
    if (support) draw->AddRect(at, end, theme.ring, theme.px(6), 0, theme.px(2));
    draw_symbol(*draw, theme.fonts.mono, theme.px(type::kDisplay),
                ImVec2(at.x + side / 2, at.y + side / 2), beyond ? theme.accent : theme.text,
                symbol);
    ImGui::Dummy(ImVec2(side, side));
}

void draw_token(const Theme& theme, const DecodeFrame& decode, const MarginCell* cell, int index,
                bool follows) {
    const std::string symbol =
        symbol_at(decode, decode.line[static_cast<std::size_t>(index)].token);
    const bool valid = cell != nullptr && cell->valid, beyond = valid && cell->crossings > 0,
               support = cell != nullptr && cell->support;
    const float room = ImGui::GetContentRegionAvail().x;
    draw_box(theme, symbol, support, beyond);
    if (room > theme.px(150)) ImGui::SameLine(0, theme.px(12));
    ImGui::BeginGroup();
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    ImGui::PushTextWrapPos(0.0F);
    std::string title = "Character " + std::to_string(index);
    if (symbol.starts_with("U+")) title += ", " + symbol;
    text_colored(theme.text, title.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopFont();
    if (beyond) chip(theme, "beyond the boundary", theme.accent);
    if (support) chip(theme, "support token", theme.ring);
    if (!beyond && !support)
        small_paragraph(theme, theme.faint,
                        follows ? "the last before the cursor" : "chosen; Esc: back to the cursor");
    ImGui::EndGroup();
}

// The light: whether float32 would say the same.
void draw_health(const Theme& theme, const MarginCell& cell) {
    value_row(theme, Quantity::health, health_words(cell.health), health_color(theme, cell.health));
    if (cell.health == HealthLevel::unknown) return;
    value_row(theme, "float32 is off by",
              format_amount(std::abs(cell.single_difference), "nats", 2),
              cell.single_flips ? theme.error : 0);
    if (cell.single_flips) small_paragraph(theme, theme.error, "and turns the sign of det J");
    if (!std::isnan(cell.condition))
        value_row(theme, "condition of J", format_number(cell.condition, 3));
}

void draw_margins(const Theme& theme, const MarginFrame* margins, const MarginCell* cell,
                  int index) {
    const bool stage = margins == nullptr || margins->view == MarginView::stage;
    section(theme, stage ? "Margins" : ("Margins " + std::string(of_words(margins->view))).c_str());
    if (margins == nullptr || (stage && !margins->has_stage)) {
        paragraph(theme, theme.faint,
                  margins != nullptr && !margins->stage_label.empty()
                      ? margins->stage_label.c_str()
                      : "This model has no stage yet. Press F to fit one.");
        return;
    }
    if (cell == nullptr || !cell->valid) {
        paragraph(theme, theme.faint, why_no_margin(margins, cell));
        return;
    }
    const ImU32 warn = cell->crossings > 0 ? theme.accent : 0;
    value_row(theme, quantity_of(MarginKind::determinant),
              margin_words(*cell, MarginKind::determinant));
    value_row(theme, quantity_of(MarginKind::singular), margin_words(*cell, MarginKind::singular));
    if (stage)
        value_row(theme, quantity_of(MarginKind::geometric),
                  margin_words(*cell, MarginKind::geometric));
    else
        value_row(theme, "nearest", nearest_words(*cell));
    if (std::isfinite(cell->geometric_share))
        value_row(theme, "as a share of |u|", format_percent(cell->geometric_share));
    value_row(theme, Quantity::crossings, side_words(cell->crossings), warn);
    const std::string sign = cell->sign < 0 ? "−" : cell->sign > 0 ? "+" : "";
    value_row(
        theme, Quantity::determinant,
        std::isnan(cell->logdet) ? kNoNumber : sign + format_number(std::exp(cell->logdet), 3));
    if (stage) value_row(theme, Quantity::energy, format_amount(cell->energy, "nats"));
    value_row(theme, "Window", "from " + std::to_string(cell->window_begin));
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip("The first character that the model sees for these numbers");
    if (stage) draw_health(theme, *cell);
    if (const std::string recurs = recurrence_words(*margins, index); !recurs.empty())
        value_row(theme, "Support under other seeds", recurs + " stages");
    if (!stage || !std::isfinite(cell->lowest_head)) return;
    value_row(theme, Quantity::lowest_head, format_amount(cell->lowest_head, "nats", 3));
    if (cell->lowest_head_layer >= 0)
        value_row(theme, "of the head",
                  "layer " + std::to_string(cell->lowest_head_layer) + ", head " +
                      std::to_string(cell->lowest_head_index));
}

void draw_text_health(const Theme& theme, const TextHealth& health) {
    if (health.checked == 0) return;
    value_row(theme, Quantity::health, health_words(health.level),
              health_color(theme, health.level));
    const std::string words =
        std::to_string(health.flips) + " of " + std::to_string(health.checked) +
        " signs of det J turn in float32; worst at " + std::to_string(health.worst) + ", off by " +
        format_amount(health.difference, "nats", 2) + ".";
    small_paragraph(theme, theme.dim, words.c_str());
}

void draw_prediction(const Theme& theme, const TokenCell& token, int index) {
    section(theme, "Prediction");
    if (index == 0) {
        paragraph(theme, theme.faint, "Nothing is before the first character to predict it from.");
        return;
    }
    if (std::isnan(token.logprob)) {
        paragraph(theme, theme.faint, "The model does not know this character.");
        return;
    }
    value_row(theme, Quantity::logprob, format_amount(token.logprob, "nats"));
    value_row(theme, Quantity::probability, format_percent(std::exp(token.logprob)));
    value_row(theme, Quantity::entropy, format_amount(token.entropy, "nats"));
}

void draw_head(const Theme& theme, const Frames& frames, const Selection& selection, int index) {
    const AttentionFrame& attention = *frames.attention;
    const int query = index - attention.window_begin;
    if (!is_complete(attention) || query < 0 || query >= attention.size) return;
    const int layer = std::clamp(selection.layer, 0, attention.layers - 1),
              head = std::clamp(selection.head, 0, attention.heads - 1);
    section(
        theme,
        ("Chosen head: layer " + std::to_string(layer) + ", head " + std::to_string(head)).c_str());
    const float logdet = head_logdet(frames, layer, head, query);
    if (std::isfinite(logdet))
        value_row(theme, Quantity::lowest_head, format_amount(logdet, "nats"), 0, "Its margin");
    value_row(theme, Quantity::attention_entropy,
              format_amount(row_numbers(attention, layer, head, query).entropy, "nats"));
}

void draw_text_margins(const Theme& theme, const MarginFrame& margins) {
    section(theme, "All measured characters");
    if (margins.pending > 0)
        small_paragraph(theme, theme.dim,
                        (std::to_string(margins.pending) + " more are being computed.").c_str());
    value_row(theme, Quantity::share_beyond, format_percent(margins.share_beyond),
              margins.share_beyond > 0 ? theme.accent : 0);
    if (margins.view != MarginView::stage) {
        small_paragraph(theme, theme.dim,
                        "Heads and layers are sensitivities of single blocks, not likelihoods.");
        return;
    }
    if (margins.share_beyond > 0) small_paragraph(theme, theme.dim, kWhyBeyond);
    value_row(theme, Quantity::nats_per_position, format_amount(margins.nats_per_position, "nats"));
    value_row(theme, "Stage", margins.stage_label);
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip(
            "The attention whose margins are shown. Fitted: made to match this model's embeddings "
            "best.\nLive: the one the model in training carries.");
    draw_text_health(theme, margins.health);
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
    draw_margins(theme, frames.margins.get(), cell, index);
    draw_prediction(theme, decode->line[static_cast<std::size_t>(index)], index);
    if (frames.attention != nullptr) draw_head(theme, frames, state.selection, index);
    if (frames.margins != nullptr && frames.margins->measurable())
        draw_text_margins(theme, *frames.margins);
    ImGui::PopStyleVar();
}

}  // namespace marginscope
