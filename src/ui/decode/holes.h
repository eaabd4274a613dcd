// Holes: what may stand in each, given both sides and given the past alone.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_holes(const Frames& frames, PanelContext& context);

}  // namespace marginscope
