// The rows that say what a path is made of: its grid, as far as its cells tell, and what every cell
// was trained with. Main thread, inside a frame.
#pragma once

#include "core/messages/frames.h"
#include "ui/theme.h"

namespace marginscope {

void draw_plan_summary(const PathFrame& path, const Theme& theme);

}  // namespace marginscope
