// log|det| of every head along the window (E14): rows are layers and heads, columns characters, the
// nearest one marked. A click selects character, layer and head.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_heads_map(const Frames& frames, HeadsMapView& view, PanelContext& context);

}  // namespace marginscope
