// The choice of the plane, and the column of numbers with the key to the colours.
#include "ui/decode/boundary_side.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr std::array kPlaneHints = {
    "Towards the nearest boundary point found, across the strongest direction of the past",
    "The steepest direction of log|det J|, across the strongest direction of the past",
    "The first two principal directions of the past",
    "Towards two earlier tokens of your choice",
};

void choose_token(const BoundaryFrame& f, const DecodeFrame* decode, const char* id, int& chosen,
                  const Theme& theme) {
    std::string words = "choose";
    for (const PastPoint& p : f.past) {
        if (p.index == chosen && decode != nullptr)
            words = symbol_at(*decode, p.token) + " " + std::to_string(p.index);
    }
    ImGui::SetNextItemWidth(theme.px(92));
    if (!ImGui::BeginCombo(id, words.c_str(), ImGuiComboFlags_HeightRegular)) return;
    for (const PastPoint& p : f.past) {
        const std::string name = (decode != nullptr ? symbol_at(*decode, p.token) : "?") + " " +
                                 std::to_string(p.index) + "##" + std::to_string(p.index);
        if (ImGui::Selectable(name.c_str(), p.index == chosen)) chosen = p.index;
    }
    ImGui::EndCombo();
}

}  // namespace

void draw_plane_choice(const BoundaryFrame& f, const DecodeFrame* decode, BoundaryView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    int plane = static_cast<int>(view.request.plane);
    if (segmented(theme, "plane", {"nearest", "steepest", "PCA", "two tokens"}, plane))
        view.request.plane = static_cast<PlaneKind>(plane);
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip("%s", kPlaneHints[static_cast<std::size_t>(plane)]);
    if (view.request.plane == PlaneKind::two_tokens) {
        ImGui::SameLine();
        choose_token(f, decode, "##a", view.request.plane_token_a, theme);
        ImGui::SameLine();
        choose_token(f, decode, "##b", view.request.plane_token_b, theme);
    }
    ImGui::SameLine(0, theme.px(8));
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() - theme.px(4));
    if (icon_button(theme, "##home", Icon::target, "Whole picture (zoom 1)",
                    view.request.zoom != 1.0F))
        view.request.zoom = 1.0F;
    if (decode != nullptr && !decode->dragged.empty()) {
        ImGui::SameLine(0, theme.px(2));
        if (icon_button(theme, "##undrag", Icon::restart, "Undo all drags (Shift+D)"))
            context.out.push_back(ResetDrags{});
    }
}

// Numbers of the token where it is now, and what the colours mean.
void draw_boundary_side(const BoundaryFrame& f, const BoundaryView& view, const Theme& theme,
                        ImVec2 at, float width) {
    ImGui::SetCursorScreenPos(at);
    ImGui::BeginGroup();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(4), theme.px(1)));
    const bool beyond = f.crossings_now > 0;
    const auto number = [&](Quantity quantity, const std::string& value, ImU32 color) {
        const QuantityText& q = text_of(quantity);
        ImGui::PushFont(theme.fonts.text, type::kSmall);
        quantity_label(theme, quantity, std::string(q.symbol) + " = " + value, q.symbol);
        ImGui::PopFont();
        ImGui::PushFont(theme.fonts.mono, type::kTitle);
        text_colored(color, value.c_str());
        ImGui::PopFont();
        ImGui::Dummy(ImVec2(0, theme.px(3)));
    };
    number(Quantity::logdet, format_number(f.logdet_now), beyond ? theme.accent : theme.text);
    number(Quantity::sigma_min, format_number(f.sigma_min_now, 3), theme.text);
    const std::string g = f.geometric_pending       ? "…"
                          : f.geometric.has_value() ? format_number(std::abs(*f.geometric), 3)
                                                    : "none";
    number(Quantity::geometric, g, theme.text);
    if (beyond)
        chip(theme, "beyond", theme.accent);
    else
        chip(theme, "this side", theme.good);
    ImGui::Dummy(ImVec2(0, theme.px(6)));
    const BoundaryStyle style = BoundaryStyle::themed(theme.dark());
    const std::string low = format_number(view.fill_min, 2), high = format_number(view.fill_max, 2);
    for (const int sign : {1, -1}) {
        text_small(theme, theme.dim, sign > 0 ? "det J > 0" : "det J < 0");
        const auto color = [&](float t) {
            const float value = view.fill_min + t * (view.fill_max - view.fill_min);
            return to_u32(boundary_fill(style, view.fill_min, view.fill_max, value, sign));
        };
        color_bar(theme, color, low.c_str(), "", high.c_str(), "", width);
        ImGui::Dummy(ImVec2(0, theme.px(3)));
    }
    text_small(theme, theme.faint, "log|det J|, nats");
    ImGui::PopStyleVar();
    ImGui::EndGroup();
}

}  // namespace marginscope
