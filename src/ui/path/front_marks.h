// Means over seeds in the plot of clean against noisy loss, with both intervals as thin crosses,
// and the front through those that no other beats.
//
// Main thread, between BeginPlot and EndPlot.
#pragma once

#include <vector>

#include "core/messages/frames.h"
#include "figures/path/path_front.h"
#include "ui/theme.h"

namespace marginscope {

void draw_front(const std::vector<FrontPoint>& points, const PathFrame& path, const Theme& theme);
/// The one under the mouse; null: none.
const FrontPoint* hovered_mean(const std::vector<FrontPoint>& points, const Theme& theme);
void hover_mean(const FrontPoint& point, const CellQuantity& noisy, const Theme& theme);

}  // namespace marginscope
