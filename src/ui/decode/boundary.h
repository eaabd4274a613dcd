// A plane through the selected token's embedding: log|det J| filled, the line det J = 0, the margin
// circle, the past, and the token itself, which can be dragged.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_boundary(const Frames& frames, BoundaryView& view, PanelContext& context);

/// The plane's rectangle on the screen, equal units on both axes; y grows upwards.
struct PlaneMap {
    ImVec2 at{0, 0};
    ImVec2 size{0, 0};
    float x_min = 0, x_max = 1, y_min = 0, y_max = 1;

    static PlaneMap fit(const BoundaryFrame& frame, ImVec2 at, ImVec2 room);
    ImVec2 to_pixel(PlanePoint p) const;
    PlanePoint to_plane(ImVec2 pixel) const;
    float pixels_per_unit() const { return size.x / (x_max - x_min); }
};

/// Round numbers between lo and hi, at most `most`.
std::vector<float> round_ticks(float lo, float hi, int most);

}  // namespace marginscope
