// The twin: the shown text under noise beside itself without it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_twin(const Frames& frames, TwinView& view, PanelContext& context);

}  // namespace marginscope
