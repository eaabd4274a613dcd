// What stands around the boundary picture: the choice of its plane and of whom it speaks above,
// numbers and the key to the colours beside or below it.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_plane_choice(const BoundaryFrame& frame, const DecodeFrame* decode, BoundaryView& view,
                       PanelContext& context);

/// Which character the picture is of, in the accent colour while another one is selected and this
/// one is late, and what is still being computed.
void draw_boundary_title(const BoundaryFrame& frame, const DecodeFrame* decode,
                         const BoundaryView& view, PanelContext& context);

/// Numbers of the token where it is now, and what the colours mean; at the cursor, `width` wide,
/// closer together where the room is low.
void draw_boundary_side(const BoundaryFrame& frame, const BoundaryView& view, const Theme& theme,
                        float width, float height);

}  // namespace marginscope
