// The line below the workspaces: what runs and how far it is, the last message, the model and the
// scale of the window.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

void draw_status_line(ActionContext& context, ImVec2 at, ImVec2 size);

}  // namespace marginscope
