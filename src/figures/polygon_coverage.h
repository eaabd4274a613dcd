// How much of each pixel a polygon covers: exact areas, summed from its edges.
//
// Pure; any thread.
#pragma once

#include <span>
#include <vector>

#include "figures/canvas.h"

namespace marginscope {

/// Rows from the top, 0 to 1, of the pixels from (left, top) on. For polygons that do not cross
/// themselves; where they do, the covered area counts by how often they wind, at most once.
std::vector<float> polygon_coverage(std::span<const CanvasPoint> corners, int left, int top,
                                    int width, int height);

}  // namespace marginscope
