// The bar above the workspaces: menu, tabs and the figures of the window's own loop.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

void draw_top_bar(ActionContext& context, ImVec2 at, ImVec2 size);

}  // namespace marginscope
