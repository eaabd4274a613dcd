// The tours there are: what each teaches, how long it is, and a button that begins it.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_tour_list(const Frames& frames, PanelContext& context);

}  // namespace marginscope
