// What lies on the plane: tokens, circles, the ellipse, the cloud, the target and the trail.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"
#include "ui/playground/plane_canvas.h"

namespace marginscope {

/// `tokens`, `target`: where they are drawn, under the mouse while they are held.
void draw_plane_marks(const PlaygroundFrame& frame, const PlaneCanvas& canvas,
                      const PlanePanelView& view, std::span<const PlanarPoint> tokens,
                      PlanarPoint target, const Theme& theme);
/// The token under the mouse as a card; nothing without one.
void hover_token(const PlaygroundFrame& frame, const PlaneCanvas& canvas, const Theme& theme);

/// Its margins in words.
std::string token_margin_words(const PlaygroundToken& token);
bool is_support(const PlaygroundFrame& frame, int index);
/// Where the support token was drawn in the last frame; NaN without one.
ImVec2 support_pixel(const PlaygroundFrame& frame, const PlanePanelView& view);

}  // namespace marginscope
