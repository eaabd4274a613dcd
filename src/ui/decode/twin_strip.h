// The text, what is expected without noise and under it, one column a character, with share of
// flips, divergence and margin gap beneath: they scroll together.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// `frames.twin` has cells.
void draw_twin_strip(const Frames& frames, TwinView& view, PanelContext& context);

}  // namespace marginscope
