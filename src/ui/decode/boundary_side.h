// What stands around the boundary picture: the choice of its plane above, numbers and the key to
// the colours beside it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_plane_choice(const BoundaryFrame& frame, const DecodeFrame* decode, BoundaryView& view,
                       PanelContext& context);

/// Numbers of the token where it is now, and what the colours mean.
void draw_boundary_side(const BoundaryFrame& frame, const BoundaryView& view, const Theme& theme,
                        ImVec2 at, float width);

}  // namespace marginscope
