// Attention of every layer and head: thumbnails, the chosen one large with cross-hair and exact
// values.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_attention(const Frames& frames, AttentionView& view, PanelContext& context);

}  // namespace marginscope
