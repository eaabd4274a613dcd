// The choice of the plane, and the column of numbers with the key to the colours.
#include "ui/decode/boundary_side.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/action_button.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr std::array kPlanes = {
    Choice{"nearest",
           "x: towards the nearest boundary point found. y: the strongest direction of "
           "the past"},
    Choice{"steepest",
           "x: where log|det J| changes fastest. y: the strongest direction of the past"},
    Choice{"principal", "The two directions in which the past is spread widest"},
    Choice{"two tokens", "Towards two earlier characters of your choice"},
};

void choose_token(const BoundaryFrame& f, const DecodeFrame* decode, const char* id, int& chosen,
                  const Theme& theme) {
    std::string words = "choose";
    for (const PastPoint& p : f.past) {
        if (p.index == chosen && decode != nullptr)
            words = symbol_and_place(decode, p.token, p.index);
    }
    ImGui::SetNextItemWidth(std::min(theme.px(92), ImGui::GetContentRegionAvail().x));
    if (!ImGui::BeginCombo(id, words.c_str(), ImGuiComboFlags_HeightRegular)) return;
    for (const PastPoint& p : f.past) {
        const std::string name =
            symbol_and_place(decode, p.token, p.index) + "##" + std::to_string(p.index);
        if (ImGui::Selectable(name.c_str(), p.index == chosen)) chosen = p.index;
    }
    ImGui::EndCombo();
}

// To the right of the last item where `width` more fits, else on the next line.
// True when it did.
bool beside(float gap, float width) {
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    const bool fits = ImGui::GetItemRectMax().x + gap + width <= right;
    if (fits) ImGui::SameLine(0, gap);
    return fits;
}

// What the picture shows while or because something else is missing; "" where all is as asked.
std::string pending_words(const BoundaryFrame& f, const BoundaryView& view) {
    if (f.plane != view.request.plane) return "Still the plane asked for before.";
    const bool nearest = f.x_label.starts_with("towards the nearest");
    if (f.plane == PlaneKind::nearest && !nearest)
        return f.geometric_pending
                   ? "Searching the nearest boundary point; until then x is the steepest direction."
                   : "No boundary point was found in reach, so x is the steepest direction.";
    return f.geometric_pending ? "Searching the nearest boundary point of the moved token." : "";
}

}  // namespace

void draw_plane_choice(const BoundaryFrame& f, const DecodeFrame* decode, BoundaryView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    if (ImGui::GetContentRegionAvail().x > theme.px(380)) {
        ImGui::AlignTextToFramePadding();
        text_small(theme, theme.dim, "Plane");
        ImGui::SameLine(0, theme.px(8));
    }
    int plane = static_cast<int>(view.request.plane);
    if (segmented(theme, "plane", kPlanes, plane))
        view.request.plane = static_cast<PlaneKind>(plane);
    if (view.request.plane == PlaneKind::two_tokens) {
        beside(theme.px(8), theme.px(92));
        choose_token(f, decode, "##a", view.request.plane_token_a, theme);
        beside(theme.px(8), theme.px(92));
        choose_token(f, decode, "##b", view.request.plane_token_b, theme);
    }
    beside(theme.px(8), theme.px(28));
    if (icon_button(theme, "##home", Icon::target, "Whole picture (zoom 1)",
                    view.request.zoom != 1.0F))
        view.request.zoom = 1.0F;
    if (decode != nullptr && !decode->dragged.empty()) {
        beside(theme.px(2), theme.px(28));
        action_button(context, "decode.undo_drags", Icon::restart);
    }
}

void draw_boundary_title(const BoundaryFrame& f, const DecodeFrame* decode,
                         const BoundaryView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const int selected = selected_index(context.selection, decode);
    const bool late =
        selected >= 0 && (selected != f.index ||
                          (decode->selected == f.index && decode->selected_revision != f.revision));
    std::string words = "Of " + symbol_and_place(decode, f.token, f.index) + ".";
    if (late) words += " Late: " + std::to_string(selected) + " is being computed.";
    const std::string pending = pending_words(f, view);
    if (!pending.empty()) words += " " + pending;
    const float top = ImGui::GetItemRectMin().y;
    if (beside(theme.px(10), width_of(theme.fonts.text, theme.px(type::kSmall), words)))
        ImGui::SetCursorScreenPos(ImVec2(ImGui::GetCursorScreenPos().x, top + theme.px(6)));
    small_paragraph(theme, late ? theme.accent : theme.dim, words.c_str());
}

void draw_boundary_side(const BoundaryFrame& f, const BoundaryView& view, const Theme& theme,
                        float width, float height) {
    const float left = ImGui::GetCursorPosX();
    ImGui::BeginGroup();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(theme.px(4), theme.px(1)));
    ImGui::PushTextWrapPos(left + width);
    const bool beyond = f.crossings_now > 0, roomy = height > theme.px(250);
    const auto number = [&](Quantity quantity, const std::string& value, ImU32 color) {
        ImGui::PushFont(theme.fonts.text, type::kSmall);
        quantity_label(theme, quantity, std::string(text_of(quantity).symbol) + " = " + value);
        ImGui::PopFont();
        ImGui::PushFont(theme.fonts.mono, roomy ? type::kTitle : type::kBody);
        text_colored(color, value.c_str());
        ImGui::PopFont();
        if (roomy) ImGui::Dummy(ImVec2(0, theme.px(2)));
    };
    number(Quantity::logdet, format_amount(f.logdet_now, "nats"), theme.text);
    number(Quantity::sigma_min, format_number(f.sigma_min_now, 3), theme.text);
    const std::string g = f.geometric_pending       ? "searching …"
                          : f.geometric.has_value() ? format_number(std::abs(*f.geometric), 3)
                                                    : "none found";
    number(Quantity::geometric, g, theme.text);
    text_small(theme, beyond ? theme.accent : theme.good, side_words(f.crossings_now).c_str());
    if (f.crossings_now > 1 && f.sign_now > 0)
        text_small(theme, theme.dim, "so det J is positive again");
    ImGui::Dummy(ImVec2(0, theme.px(5)));
    const BoundaryStyle style = BoundaryStyle::themed(theme.dark());
    const std::string low = format_number(view.fill_min, 2), high = format_number(view.fill_max, 2);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, Quantity::determinant, "", "Colours: log|det J|, nats");
    ImGui::PopFont();
    for (const int sign : {1, -1}) {
        const auto color = [&](float t) {
            const float value = view.fill_min + t * (view.fill_max - view.fill_min);
            return to_u32(boundary_fill(style, view.fill_min, view.fill_max, value, sign));
        };
        // One scale for both: its ends stand under the second.
        color_bar(theme, color, sign > 0 ? "" : low.c_str(), "", sign > 0 ? "" : high.c_str(),
                  sign > 0 ? "det J > 0" : "det J < 0", width);
    }
    text_small(theme, theme.dim, "thick line: det J = 0");
    text_small(theme, theme.dim, "axes: embedding units");
    ImGui::PopTextWrapPos();
    ImGui::PopStyleVar();
    ImGui::EndGroup();
}

}  // namespace marginscope
