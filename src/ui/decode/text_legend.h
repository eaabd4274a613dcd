// The choice of the margin that bars, rings and traces show, and the key to the marks of the text.
//
// Main thread, inside a panel.
#pragma once

#include "ui/panel.h"

namespace marginscope {

/// `asked`: kind and view of the margins; the frames follow. In a low panel only the choice is
/// drawn, in a very low one nothing.
void draw_text_legend(const Frames& frames, SetView& asked, const Theme& theme);

}  // namespace marginscope
