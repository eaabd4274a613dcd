// The support tokens as a list, nearest the boundary first: which character, how far, which side. A
// click selects it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_support_list(const Frames& frames, PanelContext& context);

}  // namespace marginscope
