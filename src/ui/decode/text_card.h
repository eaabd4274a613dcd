// What a character of the text says of itself when it is hovered.
//
// Main thread, inside the window of the cells.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_text_card(const DecodeFrame& decode, const MarginFrame* margins,
                    const TextStripView& view, int index, const Theme& theme);

}  // namespace marginscope
