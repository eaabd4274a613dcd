// The shown text and another branch side by side, aligned by place: characters, margins, and where
// they part.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_comparison(const Frames& frames, PanelContext& context);

}  // namespace marginscope
