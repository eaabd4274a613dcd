// The two bars of the window: menu, workspaces and figures above; activity, progress and the last
// message below.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

void draw_top_bar(ActionContext& context, ImVec2 at, ImVec2 size);
void draw_status_line(ActionContext& context, ImVec2 at, ImVec2 size);

}  // namespace marginscope
