// The page of the Guide: what the window shows, in words that need no paper.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_guide_page(const Frames& frames, PanelContext& context);

}  // namespace marginscope
