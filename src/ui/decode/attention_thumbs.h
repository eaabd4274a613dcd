// All heads as small matrices, and the colours every attention matrix has.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

MatrixStyle attention_style(const Theme& theme, const AttentionView& view);

/// Layers go down, heads across, from the corner `at`; squares of `side`, one every `step`. A click
/// chooses one.
void draw_thumbnails(const AttentionFrame& attention, AttentionView& view, PanelContext& context,
                     ImVec2 at, float side, float step);

}  // namespace marginscope
