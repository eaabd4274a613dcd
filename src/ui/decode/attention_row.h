// One row of one head: its numbers, and its weights as bars under the matrix.
//
// Main thread (the numbers: any).
#pragma once

#include "ui/panel.h"

namespace marginscope {

/// One row of a head as numbers: its sum and its entropy in nats; NaN weights make both NaN.
struct RowNumbers {
    double sum = 0;
    double entropy = 0;
};
RowNumbers row_numbers(const AttentionFrame& attention, int layer, int head, int query);
/// The frame has all the weights its sizes promise, and at least one.
bool is_complete(const AttentionFrame& attention);
/// log|det| of a head at a query of the attention frame's window; NaN where it is not computed.
float head_logdet(const Frames& frames, int layer, int head, int query);
float weight_at(const AttentionFrame& attention, int layer, int head, int query, int key);

/// Bars over the columns of a matrix `size.x` wide: who the selected character attends to.
void draw_attention_row(const AttentionFrame& attention, PanelContext& context, int query,
                        ImVec2 at, ImVec2 size);

}  // namespace marginscope
