// What each layer would predict.
#include <algorithm>
#include <cmath>

#include "ui/decode/why_parts.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Columns {
    float label = 0;   // width of the layer's name
    float guess = 0;   // of one guess
    float number = 0;  // of one number at the right
    int numbers = 0;   // how many of them there is room for
};

Columns columns_of(const Theme& theme, float room) {
    Columns columns;
    columns.label = width_of(theme.fonts.text, theme.px(11), "input") + theme.px(10);
    columns.guess = theme.px(62);
    columns.number = theme.px(56);
    const float rest = room - columns.label - columns.guess;
    columns.numbers = std::clamp(static_cast<int>(rest / columns.number), 0, 2);
    return columns;
}

std::string layer_name(std::size_t row) { return row == 0 ? "input" : std::to_string(row - 1); }

void draw_card(const LensLayer& layer, std::size_t row, bool own, const DecodeFrame& decode,
               const Theme& theme) {
    std::vector<CardLine> lines;
    for (const LensCell& guess : own ? layer.own : layer.next)
        lines.push_back({quoted(decode, guess.token), format_percent(guess.probability)});
    lines.push_back({"log p of the character that came",
                     format_amount(own ? layer.own_logprob : layer.next_logprob, "nats")});
    if (row > 0) {
        lines.push_back({"log|det J| of the layer", format_amount(layer.logdet, "nats")});
        lines.push_back({"σ_min of the layer", format_number(layer.sigma_min)});
        lines.push_back(
            {"side", side_words(layer.crossings), layer.crossings > 0 ? theme.accent : 0});
    }
    value_card(theme, row == 0 ? "The embeddings alone" : "After layer " + layer_name(row), lines);
}

void draw_row(const LensLayer& layer, std::size_t row, bool own, const DecodeFrame& decode,
              const Columns& columns, const Theme& theme) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x), height = theme.px(20);
    ImGui::InvisibleButton("##layer", ImVec2(width, height));
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    const float small = theme.px(11), top = at.y + (height - small) / 2;
    draw->AddText(theme.fonts.text, small, ImVec2(at.x + theme.px(2), top), theme.faint,
                  layer_name(row).c_str());
    const float right =
        at.x + width - columns.number * static_cast<float>(columns.numbers) - theme.px(2);
    float x = at.x + columns.label;
    for (const LensCell& guess : own ? layer.own : layer.next) {
        if (x + columns.guess > right + 1) break;
        draw_symbol(*draw, theme.fonts.mono, theme.px(14),
                    ImVec2(x + theme.px(8), at.y + height / 2), theme.text,
                    symbol_at(decode, guess.token));
        const float share = std::isfinite(guess.probability) ? guess.probability : 0;
        const std::string words = std::to_string(std::lround(100 * share)) + " %";
        draw->AddText(theme.fonts.mono, small, ImVec2(x + theme.px(18), top),
                      mix(theme.faint, theme.text, share), words.c_str());
        x += columns.guess;
    }
    const float logprob = own ? layer.own_logprob : layer.next_logprob;
    const std::string numbers[] = {format_number(logprob, 3), format_number(layer.logdet, 3)};
    // The margin stays where there is room for one number only.
    const std::span<const std::string> shown(numbers + (2 - columns.numbers),
                                             static_cast<std::size_t>(columns.numbers));
    draw_cells(theme, right, at.x + width, top, columns.number, shown,
               layer.crossings > 0 ? theme.accent : theme.dim);
    if (hovered) draw_card(layer, row, own, decode, theme);
}

}  // namespace

void draw_lens(const WhyFrame& why, const DecodeFrame& decode, WhyView& view,
               PanelContext& context) {
    const Theme& theme = context.theme;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    heading(theme, "After each layer");
    small_paragraph(theme, theme.dim,
                    "What the model would predict if it ended there, and how near that layer's "
                    "attention is to its own boundary.");
    int which = view.own ? 1 : 0;
    if (segmented(theme, "lens",
                  {{"next character", "The prediction after the chosen character"},
                   {"this character", "The prediction of the chosen character itself"}},
                  which))
        view.own = which == 1;
    const float width = ImGui::GetContentRegionAvail().x;
    const Columns columns = columns_of(theme, width);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string names[] = {"log p", "log|det|"};
    draw_cells(theme,
               at.x + width - columns.number * static_cast<float>(columns.numbers) - theme.px(2),
               at.x + width, at.y, columns.number,
               std::span<const std::string>(names + (2 - columns.numbers),
                                            static_cast<std::size_t>(columns.numbers)),
               theme.faint);
    ImGui::Dummy(ImVec2(1, theme.px(14)));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    for (std::size_t row = 0; row < why.lens.size(); ++row) {
        ImGui::PushID(static_cast<int>(row));
        draw_row(why.lens[row], row, view.own, decode, columns, theme);
        ImGui::PopID();
    }
    ImGui::PopStyleVar();
}

}  // namespace marginscope
