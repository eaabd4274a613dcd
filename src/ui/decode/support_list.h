// The support tokens as a list, nearest the boundary first: how many, which character, how far,
// which side, how often it is one under stages of other seeds. A click selects it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

/// `count`: how many are asked for; the frames follow.
void draw_support_list(const Frames& frames, int& count, PanelContext& context);

}  // namespace marginscope
