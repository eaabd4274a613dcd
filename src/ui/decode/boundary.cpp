// Draws the slice with its axes, and lets the token be dragged in it.
#include "ui/decode/boundary.h"

#include <algorithm>
#include <cmath>

#include "ui/decode/boundary_marks.h"
#include "ui/decode/boundary_side.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

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

// Ticks keep away from each other, names end where the picture's part of the panel does.
void draw_axes(const BoundaryFrame& f, const PlaneMap& map, const Theme& theme, float left,
               float right) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImFont* font = theme.fonts.text;
    const float font_px = theme.px(11);
    const ImVec2 end(map.at.x + map.size.x, map.at.y + map.size.y);
    const auto most = [&](float pixels, float each) {
        return std::clamp(static_cast<int>(pixels / theme.px(each)), 1, 6);
    };
    float free = left;
    for (const float tick : round_ticks(map.x_min, map.x_max, most(map.size.x, 44))) {
        const float x = map.to_pixel({tick, 0}).x;
        const std::string words = format_number(tick, 3);
        const float width = width_of(font, font_px, words);
        const float at = std::min(x - width / 2, right - width);
        draw->AddLine(ImVec2(x, end.y), ImVec2(x, end.y + theme.px(3)), theme.line_strong);
        if (at < free) continue;
        free = at + width + theme.px(4);
        draw->AddText(font, font_px, ImVec2(at, end.y + theme.px(4)), theme.faint, words.c_str());
    }
    for (const float tick : round_ticks(map.y_min, map.y_max, most(map.size.y, 22))) {
        const float y = map.to_pixel({0, tick}).y;
        draw->AddLine(ImVec2(map.at.x - theme.px(3), y), ImVec2(map.at.x, y), theme.line_strong);
        const std::string words = format_number(tick, 3);
        draw->AddText(
            font, font_px,
            ImVec2(map.at.x - theme.px(6) - width_of(font, font_px, words), y - font_px / 2),
            theme.faint, words.c_str());
    }
    const auto name = [&](const std::string& words, float below) {
        draw->AddText(font, font_px, ImVec2(left, end.y + theme.px(below)), theme.dim,
                      shortened(font, font_px, words, right - left).c_str());
    };
    name("x: " + f.x_label, 19);
    name("y: " + f.y_label, 33);
}

// The widest tick of the y axis needs this much.
float left_room(const BoundaryFrame& f, const Theme& theme) {
    float width = 0;
    for (const float tick : round_ticks(f.y_min, f.y_max, 6))
        width = std::max(width, width_of(theme.fonts.text, theme.px(11), format_number(tick, 3)));
    return width + theme.px(8);
}

// The whole picture is one button: pressing near the token drags it, the wheel zooms.
PlanePoint handle_drag(const BoundaryFrame& f, const PlaneMap& map, BoundaryView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    ImGui::SetCursorScreenPos(map.at);
    ImGui::InvisibleButton("##plane", map.size);
    ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);  // it zooms, the panel does not scroll
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
        if (std::isfinite(view.drag_to.x) && std::isfinite(view.drag_to.y))
            context.out.push_back(DragToken{f.index, view.drag_to});
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

struct Places {
    PlaneMap map;
    float left = 0, right = 0;  // of what is written under the picture
    ImVec2 side{0, 0};          // of the numbers
    float side_width = 0;
};

// The picture with its numbers beside it stands in the middle of the room; in a narrow panel they
// follow below, and the panel scrolls.
Places places_of(const BoundaryFrame& f, const Theme& theme, ImVec2 at, ImVec2 room) {
    const float left = left_room(f, theme), bottom = theme.px(50), gap = theme.px(14);
    const float least = theme.px(110);
    const bool beside = room.x > theme.px(320);
    Places p;
    p.side_width = beside ? std::clamp(room.x * 0.26F, theme.px(132), theme.px(190)) : room.x;
    const ImVec2 picture(
        std::max(theme.px(40), room.x - left - (beside ? p.side_width + gap : 0.0F)),
        std::max(least, room.y - bottom));
    p.map = PlaneMap::fit(f, at, picture);
    const float used = left + p.map.size.x + (beside ? gap + p.side_width : 0.0F);
    const float begin = at.x + std::max(0.0F, std::floor((room.x - used) / 2));
    p.map.at = ImVec2(std::floor(begin + left), std::floor(at.y + theme.px(2)));
    p.left = begin;
    p.right = std::max(p.map.at.x + p.map.size.x, begin + used - (beside ? p.side_width : 0.0F));
    if (!beside) p.right = at.x + room.x;
    p.side = beside ? ImVec2(p.map.at.x + p.map.size.x + gap, p.map.at.y)
                    : ImVec2(at.x, p.map.at.y + p.map.size.y + bottom);
    return p;
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
    draw_boundary_title(f, decode, view, context);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const Places places = places_of(f, theme, at, room);
    const PlaneMap& map = places.map;
    view.plot_at = map.at;
    view.plot_size = map.size;
    draw_field(f, map, view, context);
    const PlanePoint token = handle_drag(f, map, view, context);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(map.at, ImVec2(map.at.x + map.size.x, map.at.y + map.size.y), true);
    draw_marks(f, decode, map, token, view.dragging, context);
    draw->PopClipRect();
    view.token_pixel = map.to_pixel(token);
    draw_axes(f, map, theme, places.left, places.right);
    ImGui::SetCursorScreenPos(places.side);
    draw_boundary_side(f, view, theme, places.side_width, room.y);
    ImGui::SetCursorScreenPos(ImVec2(at.x, map.at.y + map.size.y));
    ImGui::Dummy(ImVec2(1, theme.px(48)));
}

}  // namespace marginscope
