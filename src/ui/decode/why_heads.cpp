// Heads as a map and as a table.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ui/decode/why_parts.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

ColorScale scale_of(const WhyFrame& why, Effect effect) {
    double most = 0;
    for (const HeadEffectCell& cell : why.effects)
        if (const float value = value_of(cell, effect); std::isfinite(value))
            most = std::max(most, std::abs(static_cast<double>(value)));
    if (effect == Effect::sink) most = 1;
    if (most <= 0) most = 1;
    const bool both = text_of(effect).is_signed;
    return ColorScale{both ? -most : 0, most, false, both};
}

ColorMap map_of(Effect effect, const Theme& theme) {
    return text_of(effect).is_signed ? diverging_map(theme.dark()) : ColorMap::viridis;
}

void draw_cell(const WhyFrame& why, int head, Effect effect, const ColorScale& scale, ImVec2 at,
               float side, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(at.x + side, at.y + side);
    const bool known = head < static_cast<int>(why.effects.size());
    const float value =
        known ? value_of(why.effects[static_cast<std::size_t>(head)], effect) : kNoValue;
    if (std::isnan(value))  // not computed, or not defined: no colour of the scale
        outline(*draw, at, end, theme.line, theme.px(2), theme.px(1));
    else
        draw->AddRectFilled(at, end, to_u32(color_of(map_of(effect, theme), scale, value)),
                            theme.px(2));
    if (known && why.effects[static_cast<std::size_t>(head)].flips)
        draw->AddCircleFilled(ImVec2(end.x - theme.px(4), at.y + theme.px(4)), theme.px(2.5F),
                              theme.accent);
}

void draw_names(const WhyFrame& why, const WhyView& view, ImVec2 at, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float small = theme.px(11);
    const int every =
        std::max(1, static_cast<int>(std::ceil(theme.px(16) / std::max(1.0F, view.grid_step))));
    for (int head = 0; head < why.heads; head += every)
        draw->AddText(
            theme.fonts.mono, small,
            ImVec2(view.grid_at.x + static_cast<float>(head) * view.grid_step + theme.px(2), at.y),
            theme.faint, std::to_string(head).c_str());
    for (int layer = 0; layer < why.layers; layer += every)
        draw->AddText(
            theme.fonts.mono, small,
            ImVec2(at.x, view.grid_at.y + static_cast<float>(layer) * view.grid_step + theme.px(2)),
            theme.faint, std::to_string(layer).c_str());
}

constexpr std::array kColumns = {Effect::kl,     Effect::next,    Effect::own,
                                 Effect::margin, Effect::entropy, Effect::sink};

void draw_table_row(const WhyFrame& why, const DecodeFrame& decode, int head, float label,
                    PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x), height = theme.px(18);
    if (ImGui::InvisibleButton("##head", ImVec2(width, height))) {
        context.selection.layer = head / why.heads;
        context.selection.head = head % why.heads;
    }
    const bool hovered = ImGui::IsItemHovered();
    const bool chosen =
        context.selection.layer == head / why.heads && context.selection.head == head % why.heads;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (hovered || chosen)
        draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    const HeadEffectCell& cell = why.effects[static_cast<std::size_t>(head)];
    const float small = theme.px(11), top = at.y + (height - small) / 2;
    const std::string name =
        std::to_string(head / why.heads) + "." + std::to_string(head % why.heads);
    draw->AddText(theme.fonts.mono, small, ImVec2(at.x + theme.px(2), top),
                  cell.flips ? theme.accent : theme.text, name.c_str());
    std::array<std::string, kColumns.size()> values;
    for (std::size_t k = 0; k < kColumns.size(); ++k)
        values[k] = format_number(value_of(cell, kColumns[k]), 2);
    draw_cells(theme, at.x + label, at.x + width, top, theme.px(52), values, theme.dim);
    if (hovered) draw_head_card(why, decode, head, theme);
}

}  // namespace

void draw_head_map(const WhyFrame& why, const DecodeFrame& decode, WhyView& view,
                   PanelContext& context) {
    const Theme& theme = context.theme;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    heading(theme, "Without each head");
    const int all = why.layers * why.heads, done = static_cast<int>(why.effects.size());
    const std::string sentence =
        done < all ? std::to_string(done) + " of " + std::to_string(all) + " heads are measured."
                   : "Each head's output set to 0 in turn; a dot: the prediction becomes another.";
    small_paragraph(theme, theme.dim, sentence.c_str());
    std::array<Choice, kEffects> choices;
    for (int k = 0; k < kEffects; ++k) {
        const EffectText& text = text_of(static_cast<Effect>(k));
        choices[static_cast<std::size_t>(k)] = {text.name, text.hint};
    }
    segmented(theme, "effect", choices, view.effect);
    const auto effect = static_cast<Effect>(view.effect);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float gutter = theme.px(20), top = theme.px(14), room = ImGui::GetContentRegionAvail().x;
    view.grid_at = ImVec2(at.x + gutter, at.y + top);
    view.grid_step = std::clamp((room - gutter) / static_cast<float>(std::max(1, why.heads)),
                                theme.px(6), theme.px(26));
    draw_names(why, view, at, theme);
    const ColorScale scale = scale_of(why, effect);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const float side = view.grid_step - theme.px(view.grid_step > theme.px(12) ? 2.0F : 1.0F);
    for (int head = 0; head < all; ++head) {
        const ImVec2 low(view.grid_at.x + static_cast<float>(head % why.heads) * view.grid_step,
                         view.grid_at.y + static_cast<float>(head / why.heads) * view.grid_step);
        draw_cell(why, head, effect, scale, low, side, theme);
        const bool chosen = context.selection.layer == head / why.heads &&
                            context.selection.head == head % why.heads;
        const bool hot = ImGui::IsWindowHovered() && mouse.x >= low.x && mouse.y >= low.y &&
                         mouse.x < low.x + view.grid_step && mouse.y < low.y + view.grid_step;
        if (chosen || hot)
            outline(*ImGui::GetWindowDrawList(), low, ImVec2(low.x + side, low.y + side),
                    chosen ? theme.select : theme.dim, theme.px(2), theme.px(1.5F));
        if (!hot) continue;
        draw_head_card(why, decode, head, theme);
        if (ImGui::IsMouseClicked(0)) {
            context.selection.layer = head / why.heads;
            context.selection.head = head % why.heads;
        }
    }
    ImGui::Dummy(ImVec2(1, top + static_cast<float>(why.layers) * view.grid_step + theme.px(4)));
    const std::string label = std::string(text_of(effect).name) +
                              (text_of(effect).unit[0] != 0 ? ", " : "") + text_of(effect).unit;
    color_bar(theme, map_of(effect, theme), scale, label.c_str(), room);
}

void draw_head_table(const WhyFrame& why, const DecodeFrame& decode, PanelContext& context) {
    const Theme& theme = context.theme;
    if (why.effects.empty()) return;
    std::vector<int> order(why.effects.size());
    std::iota(order.begin(), order.end(), 0);
    const auto weight = [&](int head) {
        const float kl = why.effects[static_cast<std::size_t>(head)].kl;
        return std::isnan(kl) ? -1.0F : kl;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return weight(a) > weight(b); });
    const float label = width_of(theme.fonts.mono, theme.px(11), "00.00") + theme.px(6);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    std::array<std::string, kColumns.size()> names;
    for (std::size_t k = 0; k < kColumns.size(); ++k) names[k] = text_of(kColumns[k]).name;
    draw_cells(theme, at.x + label, at.x + ImGui::GetContentRegionAvail().x, at.y + theme.px(4),
               theme.px(52), names, theme.faint);
    ImGui::Dummy(ImVec2(1, theme.px(18)));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order.size()), theme.px(18));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            ImGui::PushID(i);
            draw_table_row(why, decode, order[static_cast<std::size_t>(i)], label, context);
            ImGui::PopID();
        }
    ImGui::PopStyleVar();
}

}  // namespace marginscope
