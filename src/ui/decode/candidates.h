// What the next character could be: probability, and the margin the position would have. A click
// chooses it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_candidates(const Frames& frames, CandidatesView& view, PanelContext& context);

}  // namespace marginscope
