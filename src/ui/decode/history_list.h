// The document's history: every step with its words; a click goes there.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

void draw_history(const Frames& frames, PanelContext& context);

}  // namespace marginscope
