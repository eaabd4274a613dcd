// The column at the right: everything known about what is selected.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_inspector(const Frames& frames, UiState& state, PanelContext& context);

}  // namespace marginscope
