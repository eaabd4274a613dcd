// The text as cells: one character each, a margin bar under it, rings on support tokens, the future
// dimmed.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// A click selects, a double click moves the cursor behind the character.
void draw_text_strip(const Frames& frames, TextStripView& view, PanelContext& context);

}  // namespace marginscope
