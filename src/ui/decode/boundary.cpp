// Draws the slice and lets the token be dragged in it.
#include "ui/decode/boundary.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/boundary_side.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

bool finite(PlanePoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void draw_field(const BoundaryFrame& f, const PlaneMap& map, BoundaryView& view,
                PanelContext& context) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(map.at.x + map.size.x, map.at.y + map.size.y);
    const auto nodes = static_cast<std::size_t>(f.rows) * static_cast<std::size_t>(f.columns);
    const bool complete =
        f.rows >= 2 && f.columns >= 2 && f.logdet.size() == nodes && f.sign.size() == nodes;
    if (context.pictures == nullptr || !complete) {
        draw->AddRectFilled(map.at, end, context.theme.raised);
        return;
    }
    BoundaryStyle style = BoundaryStyle::themed(context.theme.dark());
    style.line_px = context.theme.px(style.line_px);
    style.halo_px = context.theme.px(style.halo_px);
    BoundaryTexture& texture = context.pictures->boundary(
        "boundary", {f.logdet, f.sign, f.rows, f.columns}, f.field_version,
        static_cast<int>(map.size.x), static_cast<int>(map.size.y), style);
    view.fill_min = texture.used_min();
    view.fill_max = texture.used_max();
    // Row 0 of the frame is y_min, row 0 of a texture its top.
    draw->AddImage(ImTextureRef(static_cast<ImTextureID>(texture.texture())), map.at, end,
                   ImVec2(0, 1), ImVec2(1, 0));
}

void draw_axes(const BoundaryFrame& f, const PlaneMap& map, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float font_px = theme.px(11);
    const ImVec2 end(map.at.x + map.size.x, map.at.y + map.size.y);
    const auto name = [&](const std::string& words, ImVec2 at, float anchor, ImU32 color) {
        const float width = theme.fonts.text->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
        draw->AddText(theme.fonts.text, font_px, ImVec2(at.x - width * anchor, at.y), color,
                      words.c_str());
    };
    for (const float tick : round_ticks(map.x_min, map.x_max, 6)) {
        const float x = map.to_pixel({tick, 0}).x;
        draw->AddLine(ImVec2(x, end.y), ImVec2(x, end.y + theme.px(3)), theme.line_strong);
        name(format_number(tick, 3), ImVec2(x, end.y + theme.px(4)), 0.5F, theme.faint);
    }
    for (const float tick : round_ticks(map.y_min, map.y_max, 6)) {
        const float y = map.to_pixel({0, tick}).y;
        draw->AddLine(ImVec2(map.at.x - theme.px(3), y), ImVec2(map.at.x, y), theme.line_strong);
        name(format_number(tick, 3), ImVec2(map.at.x - theme.px(6), y - font_px / 2), 1.0F,
             theme.faint);
    }
    name("x: " + f.x_label, ImVec2(map.at.x, end.y + theme.px(19)), 0.0F, theme.dim);
    name("y: " + f.y_label + "   (embedding units)", ImVec2(map.at.x, end.y + theme.px(33)), 0.0F,
         theme.dim);
}

void draw_past(const BoundaryFrame& f, const DecodeFrame* decode, const PlaneMap& map,
               PanelContext& context) {
    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const PastPoint* hot = nullptr;
    for (const PastPoint& p : f.past) {
        if (!finite(p.at)) continue;
        const ImVec2 at = map.to_pixel(p.at);
        const float weight =
            std::isfinite(p.attention) ? std::clamp(p.attention, 0.0F, 1.0F) : 0.0F;
        const float radius = theme.px(2.0F + 11.0F * std::sqrt(weight));
        const bool lit = p.index == context.selection.lit_index;
        draw->AddCircleFilled(
            at, radius, with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, lit ? 0.9F : 0.42F));
        draw->AddCircle(at, radius,
                        with_alpha(theme.dark() ? IM_COL32_BLACK : IM_COL32_WHITE, 0.6F));
        if (lit) draw->AddCircle(at, radius + theme.px(3), theme.select, 0, theme.px(2));
        const float dx = mouse.x - at.x, dy = mouse.y - at.y, reach = std::max(radius, theme.px(5));
        if (dx * dx + dy * dy <= reach * reach) hot = &p;
    }
    if (hot == nullptr || !ImGui::IsWindowHovered()) return;
    context.selection.hover_index = hot->index;
    const std::string symbol = decode != nullptr ? symbol_at(*decode, hot->token) : "?";
    value_card(theme, symbol + "   at " + std::to_string(hot->index),
               {{"attention α", format_number(hot->attention)},
                {"volume share", format_number(hot->volume_share)},
                {"trace share", format_number(hot->trace_share)}});
}

void dashed_circle(ImVec2 center, float radius, ImU32 color, float thick) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    constexpr int kDashes = 40;
    for (int i = 0; i < kDashes; ++i) {
        const float from = 6.2831853F * static_cast<float>(i) / kDashes;
        draw->PathArcTo(center, radius, from, from + 0.09F, 3);
        draw->PathStroke(color, 0, thick);
    }
}

void draw_circle(const BoundaryFrame& f, const PlaneMap& map, PlanePoint token,
                 const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 color = theme.dark() ? IM_COL32(255, 255, 255, 220) : IM_COL32(20, 22, 28, 220);
    const ImVec2 center = map.to_pixel(token);
    if (f.geometric.has_value() && std::isfinite(*f.geometric) && !f.geometric_pending) {
        const float radius = std::abs(*f.geometric) * map.pixels_per_unit();
        if (f.touches)
            draw->AddCircle(center, radius, color, 96, theme.px(1.5F));
        else
            dashed_circle(center, radius, color, theme.px(1.5F));
    }
    if (f.nearest.has_value() && finite(*f.nearest)) {
        const ImVec2 at = map.to_pixel(*f.nearest);
        draw->AddLine(center, at, with_alpha(color, 0.5F), theme.px(1));
        draw->AddCircleFilled(at, theme.px(4), theme.accent);
        draw->AddCircle(at, theme.px(4.5F), color, 0, theme.px(1));
    }
}

void draw_token(const BoundaryFrame& f, const DecodeFrame* decode, const PlaneMap& map,
                PlanePoint token, bool dragging, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 at = map.to_pixel(token), home = map.to_pixel({0, 0});
    const bool beyond = f.crossings_now > 0;
    if (std::abs(token.x) + std::abs(token.y) > 0) {
        draw->AddLine(home, at, with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, 0.6F),
                      theme.px(1));
        draw->AddCircle(home, theme.px(4),
                        with_alpha(theme.dark() ? IM_COL32_WHITE : theme.text, 0.7F), 0,
                        theme.px(1.5F));
    }
    const float radius = theme.px(dragging ? 12.0F : 11.0F);
    draw->AddCircleFilled(at, radius, theme.panel);
    draw->AddCircle(at, radius, beyond ? theme.accent : theme.select, 0, theme.px(2));
    const std::string symbol = decode != nullptr ? symbol_at(*decode, f.token) : "?";
    const float font_px = theme.px(13),
                width = theme.fonts.mono_bold->CalcTextSizeA(font_px, 1e9F, 0, symbol.c_str()).x;
    draw->AddText(theme.fonts.mono_bold, font_px, ImVec2(at.x - width / 2, at.y - font_px / 2),
                  theme.text, symbol.c_str());
    if (!dragging) return;
    const std::string words = "log|det J| " + format_number(f.logdet_now);
    const float label_px = theme.px(type::kSmall),
                label = theme.fonts.mono->CalcTextSizeA(label_px, 1e9F, 0, words.c_str()).x;
    const bool left = at.x + radius + label + theme.px(16) > map.at.x + map.size.x;
    const ImVec2 box(left ? at.x - radius - label - theme.px(16) : at.x + radius + theme.px(6),
                     at.y - theme.px(10));
    draw->AddRectFilled(box, ImVec2(box.x + label + theme.px(10), box.y + theme.px(20)),
                        with_alpha(theme.panel, 0.92F), theme.px(4));
    draw->AddText(theme.fonts.mono, label_px, ImVec2(box.x + theme.px(5), box.y + theme.px(3)),
                  beyond ? theme.accent : theme.text, words.c_str());
}

// The whole picture is one button: pressing near the token drags it, the wheel zooms.
PlanePoint handle_drag(const BoundaryFrame& f, const PlaneMap& map, BoundaryView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    ImGui::SetCursorScreenPos(map.at);
    ImGui::InvisibleButton("##plane", map.size);
    const bool hovered = ImGui::IsItemHovered();
    if (ImGui::IsItemActivated()) {
        const ImVec2 at = map.to_pixel(f.token_at);
        const float dx = mouse.x - at.x, dy = mouse.y - at.y, reach = theme.px(16);
        view.dragging = dx * dx + dy * dy <= reach * reach;
        view.drag_index = f.index;
        view.drag_to = f.token_at;
        view.grab = ImVec2(dx, dy);
    }
    if (!ImGui::IsItemActive() || view.drag_index != f.index) view.dragging = false;
    if (view.dragging && (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0)) {
        const ImVec2 pixel(std::clamp(mouse.x - view.grab.x, map.at.x, map.at.x + map.size.x),
                           std::clamp(mouse.y - view.grab.y, map.at.y, map.at.y + map.size.y));
        view.drag_to = map.to_plane(pixel);
        if (finite(view.drag_to)) context.out.push_back(DragToken{f.index, view.drag_to});
    }
    const float wheel = ImGui::GetIO().MouseWheel;
    if (hovered && wheel != 0)
        view.request.zoom = std::clamp(view.request.zoom * std::pow(1.2F, wheel), 0.1F, 50.0F);
    const ImVec2 token = map.to_pixel(f.token_at);
    if (view.dragging ||
        (hovered && std::hypot(mouse.x - token.x, mouse.y - token.y) < theme.px(16)))
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    return view.dragging ? view.drag_to : f.token_at;
}

}  // namespace

void draw_boundary(const Frames& frames, BoundaryView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const DecodeFrame* decode = frames.decode.get();
    if (frames.boundary == nullptr) {
        empty_state(
            theme, "No boundary yet",
            "It is computed for the selected character as soon as a model with a stage is loaded.");
        return;
    }
    const BoundaryFrame& f = *frames.boundary;
    draw_plane_choice(f, decode, view, context);
    if (f.index < 0 || f.rows <= 0 || f.columns <= 0) {
        empty_state(theme, "No boundary here",
                    f.sentence.empty()
                        ? "Choose a character after the second, in a model with a fitted stage."
                        : f.sentence.c_str());
        return;
    }
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float left = theme.px(32), bottom = theme.px(50), side = theme.px(104);
    const bool has_side = room.x > 2.4F * side;
    const PlaneMap map = PlaneMap::fit(
        f, ImVec2(at.x + left, at.y + theme.px(2)),
        ImVec2(std::max(20.0F, room.x - left - (has_side ? side + theme.px(14) : 0.0F)),
               std::max(20.0F, room.y - bottom)));
    view.plot_at = map.at;
    view.plot_size = map.size;
    draw_field(f, map, view, context);
    const PlanePoint token = handle_drag(f, map, view, context);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(map.at, ImVec2(map.at.x + map.size.x, map.at.y + map.size.y), true);
    draw_past(f, decode, map, context);
    draw_circle(f, map, token, theme);
    draw_token(f, decode, map, token, view.dragging, theme);
    draw->PopClipRect();
    view.token_pixel = map.to_pixel(token);
    draw_axes(f, map, theme);
    if (!has_side) return;
    draw_boundary_side(f, view, theme, ImVec2(map.at.x + map.size.x + theme.px(14), map.at.y),
                       side);
}

}  // namespace marginscope
