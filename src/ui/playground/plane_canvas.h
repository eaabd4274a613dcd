// The plane as a square on the screen: places to pixels and back, a frame with ticks, and what a
// hand takes hold of.
//
// Main thread, inside a panel. y grows upwards.
#pragma once

#include <imgui.h>

#include <span>
#include <vector>

#include "core/playground_document.h"
#include "ui/playground/playground_view.h"
#include "ui/theme.h"

namespace marginscope {

struct PlaneCanvas {
    ImVec2 at{0, 0};
    float side = 1;

    /// The largest square in the room, in its middle, with space for ticks.
    static PlaneCanvas fit(const Theme& theme, ImVec2 at, ImVec2 room);

    ImVec2 end() const { return {at.x + side, at.y + side}; }
    ImVec2 to_pixel(PlanarPoint p) const;
    /// Brought into the plane.
    PlanarPoint to_plane(ImVec2 pixel) const;
    float pixels(double length) const;
    /// A mark's size in a small picture: tokens and points must leave the plane in sight.
    float mark(const Theme& theme, float design_px) const;
};

void draw_plane_ticks(const PlaneCanvas& canvas, const Theme& theme);
void draw_polyline(const PlaneCanvas& canvas, std::span<const PlanarPoint> points, ImU32 color,
                   float thick);
/// A letter in the middle of a mark, unless it would lie on one drawn before.
class Letters {
public:
    explicit Letters(const Theme& theme) : theme_(theme) {}
    void draw(ImVec2 center, ImU32 color, const std::string& letter);

private:
    const Theme& theme_;
    std::vector<ImVec2> drawn_;
};

struct PlaneHands {
    bool hovered = false;
    bool moved = false;    // what is held is somewhere else now: hold.at
    bool clicked = false;  // what was held is let go where it was taken
    int which = -1;        // that token or point
    bool double_clicked_nothing = false;
    PlanarPoint mouse;
};

/// The whole picture is one button. `points` can be taken, the nearest within reach first; `target`
/// too where it is not null.
PlaneHands plane_hands(const PlaneCanvas& canvas, const Theme& theme, const char* id,
                       std::span<const PlanarPoint> points, const PlanarPoint* target,
                       PlaneHold& hold);

}  // namespace marginscope
