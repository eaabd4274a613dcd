// Why the selected token's margin is what it is: the answer in a sentence, the spectrum of Σ A with
// 1 marked, and who contributes, as bars.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_causes(const Frames& frames, CausesView& view, PanelContext& context);

/// "t at 175 and i at 171 push it over the boundary.": the fewest past characters, three at most,
/// that make up half of what pushes (E12; on this side of the boundary: of what lowers log|det J|,
/// E12').
std::string causes_sentence(const BoundaryFrame& frame, const DecodeFrame* decode);

}  // namespace marginscope
