// The drawing of the Guide: tokens on the plane, the cliff where det J = 0, the circle of each
// margin, the ring of the support token. Made up; its numbers mean nothing.
//
// Main thread, inside a frame.
#pragma once

#include "ui/theme.h"

namespace marginscope {

/// Takes `width` × its own height, and returns the height.
float draw_guide_picture(const Theme& theme, float width);

/// The marks of the window, each for one line of the legend.
enum class GuideMark {
    token,
    support,
    beyond,
    selected,
    past,
    safe_side,
    far_side,
    boundary,
    circle
};
void draw_guide_mark(const Theme& theme, GuideMark mark, ImVec2 at, float size);

}  // namespace marginscope
