// What lies on the boundary picture: the past as points, the margin's circle, the token itself.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/boundary.h"

namespace marginscope {

/// `token` is where it is drawn: under the mouse while it is dragged.
void draw_marks(const BoundaryFrame& frame, const DecodeFrame* decode, const PlaneMap& map,
                PlanePoint token, bool dragging, PanelContext& context);

}  // namespace marginscope
