// Hues of runs, lambdas and lines, made legible on the theme's panels.
//
// Any thread; pure.
#pragma once

#include "ui/theme.h"

namespace marginscope {

/// WCAG contrast of two opaque colours, 1 … 21.
double contrast(ImU32 a, ImU32 b);

/// run_color(index), moved towards the theme's text until it stands out from a panel at least 4
/// : 1.
ImU32 run_hue(const Theme& theme, int index);

}  // namespace marginscope
