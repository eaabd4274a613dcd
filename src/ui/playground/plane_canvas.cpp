// Pixels, ticks and hands.
#include "ui/playground/plane_canvas.h"

#include <algorithm>
#include <cmath>

#include "ui/words.h"

namespace marginscope {
namespace {

constexpr float kReachPx = 14;
constexpr float kTickPx = 11;

float distance(ImVec2 a, ImVec2 b) { return std::hypot(a.x - b.x, a.y - b.y); }

bool finite(PlanarPoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

}  // namespace

PlaneCanvas PlaneCanvas::fit(const Theme& theme, ImVec2 at, ImVec2 room) {
    const float left = theme.px(24), below = theme.px(20);
    PlaneCanvas canvas;
    canvas.side = std::floor(
        std::max(theme.px(60), std::min(room.x - 1.5F * left, room.y - below - theme.px(2))));
    canvas.at = {std::floor(at.x + left + std::max(0.0F, (room.x - left - canvas.side) / 2)),
                 std::floor(at.y + theme.px(2))};
    return canvas;
}

ImVec2 PlaneCanvas::to_pixel(PlanarPoint p) const {
    const auto share = [](double v) {
        return static_cast<float>((v + kPlaneHalf) / (2 * kPlaneHalf));
    };
    return {at.x + share(p.x) * side, at.y + (1 - share(p.y)) * side};
}

PlanarPoint PlaneCanvas::to_plane(ImVec2 pixel) const {
    const auto place = [this](float along) {
        return std::clamp((2.0 * along / side - 1) * kPlaneHalf, -kPlaneHalf, kPlaneHalf);
    };
    return {place(pixel.x - at.x), -place(pixel.y - at.y)};
}

float PlaneCanvas::pixels(double length) const {
    return static_cast<float>(length / (2 * kPlaneHalf)) * side;
}

float PlaneCanvas::mark(const Theme& theme, float design_px) const {
    return theme.px(design_px) * std::clamp(side / theme.px(300), 0.55F, 1.0F);
}

void draw_plane_ticks(const PlaneCanvas& canvas, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    ImFont* font = theme.fonts.text;
    const float px = theme.px(kTickPx);
    const ImVec2 end = canvas.end();
    const int step = canvas.side < theme.px(150) ? 3 : 1;
    for (int tick = -3; tick <= 3; tick += step) {
        const std::string words = format_number(tick, 2);
        const float width = width_of(font, px, words);
        const ImVec2 at = canvas.to_pixel({static_cast<double>(tick), static_cast<double>(tick)});
        draw->AddLine({at.x, end.y}, {at.x, end.y + theme.px(3)}, theme.line_strong);
        draw->AddText(font, px, {at.x - width / 2, end.y + theme.px(4)}, theme.faint,
                      words.c_str());
        draw->AddLine({canvas.at.x - theme.px(3), at.y}, {canvas.at.x, at.y}, theme.line_strong);
        draw->AddText(
            font, px,
            {canvas.at.x - theme.px(5) - width, std::clamp(at.y - px / 2, canvas.at.y, end.y - px)},
            theme.faint, words.c_str());
    }
}

void draw_polyline(const PlaneCanvas& canvas, std::span<const PlanarPoint> points, ImU32 color,
                   float thick) {
    std::vector<ImVec2> pixels;
    for (const PlanarPoint& p : points)
        if (finite(p)) pixels.push_back(canvas.to_pixel(p));
    ImGui::GetWindowDrawList()->AddPolyline(pixels.data(), static_cast<int>(pixels.size()), color,
                                            ImDrawFlags_None, thick);
}

void Letters::draw(ImVec2 center, ImU32 color, const std::string& letter) {
    const float apart = theme_.px(15);
    for (const ImVec2& other : drawn_)
        if (std::abs(other.x - center.x) < apart && std::abs(other.y - center.y) < apart) return;
    drawn_.push_back(center);
    draw_symbol(*ImGui::GetWindowDrawList(), theme_.fonts.mono_bold, theme_.px(12), center, color,
                letter);
}

PlaneHands plane_hands(const PlaneCanvas& canvas, const Theme& theme, const char* id,
                       std::span<const PlanarPoint> points, const PlanarPoint* target,
                       PlaneHold& hold) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    ImGui::SetCursorScreenPos(canvas.at);
    ImGui::InvisibleButton(id, {canvas.side, canvas.side});
    PlaneHands hands;
    hands.hovered = ImGui::IsItemHovered();
    hands.mouse = canvas.to_plane(mouse);
    int nearest = -1;
    float reach = theme.px(kReachPx);
    for (std::size_t k = 0; k < points.size(); ++k) {
        const float away = distance(mouse, canvas.to_pixel(points[k]));
        if (!(away <= reach)) continue;
        reach = away;
        nearest = static_cast<int>(k);
    }
    const bool on_target = nearest < 0 && target != nullptr &&
                           distance(mouse, canvas.to_pixel(*target)) <= theme.px(kReachPx);
    if (ImGui::IsItemActivated()) {
        hold = {nearest, on_target, false, {0, 0}, {}};
        if (hold.any()) {
            hold.at = on_target ? *target : points[static_cast<std::size_t>(nearest)];
            const ImVec2 center = canvas.to_pixel(hold.at);
            hold.grab = {mouse.x - center.x, mouse.y - center.y};
        }
        hands.double_clicked_nothing = !hold.any() && ImGui::IsMouseDoubleClicked(0);
    }
    if (hold.any() && ImGui::IsItemActive() && ImGui::IsMouseDragging(0, theme.px(2))) {
        const PlanarPoint to = canvas.to_plane({mouse.x - hold.grab.x, mouse.y - hold.grab.y});
        hands.moved = !(to == hold.at);
        hold.moved = true;
        hold.at = to;
    }
    if (hold.any() && !ImGui::IsItemActive()) {
        hands.clicked = !hold.moved;
        hands.which = hold.index;
        hold = {};
    }
    if (hold.any() || (hands.hovered && (nearest >= 0 || on_target)))
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    return hands;
}

}  // namespace marginscope
