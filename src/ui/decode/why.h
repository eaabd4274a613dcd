// Why the selected character is where it is: the way to the boundary in characters, the prediction
// after each layer beside that layer's margin, and what each head does for it.
//
// Main thread, inside a panel.
#pragma once

#include <string>

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_why(const Frames& frames, WhyView& view, PanelContext& context);

/// "Towards the boundary: more like 'e' and 'a'; less like a space." Or why there is no direction.
std::string direction_words(const WhyFrame& frame, const DecodeFrame* decode);

}  // namespace marginscope
