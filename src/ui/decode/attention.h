// Attention of every layer and head: thumbnails, the chosen one large with cross-hair and exact
// values.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_attention(const Frames& frames, AttentionView& view, PanelContext& context);

/// One row of a head as numbers: its sum and its entropy in nats; NaN weights make both NaN.
struct RowNumbers {
    double sum = 0;
    double entropy = 0;
};
RowNumbers row_numbers(const AttentionFrame& attention, int layer, int head, int query);
float weight_at(const AttentionFrame& attention, int layer, int head, int query, int key);

}  // namespace marginscope
