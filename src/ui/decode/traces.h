// Curves along the text on one axis of characters: margins, the lowest head, entropy,
// log-probability, divergence under noise.
//
// Main thread, inside a panel.
#pragma once

#include <functional>
#include <string>

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// Hovering lights a character everywhere, a click selects it; the threshold line of the first
/// curve can be dragged.
void draw_traces(const Frames& frames, TracesView& view, PanelContext& context);

}  // namespace marginscope
