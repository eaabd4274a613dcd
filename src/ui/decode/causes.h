// Why the selected token's margin is what it is: the spectrum of Cov(v,u) A with 1 marked, and who
// contributes, as bars.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_causes(const Frames& frames, CausesView& view, PanelContext& context);

}  // namespace marginscope
