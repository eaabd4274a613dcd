// Where the cells of the text stand: lines, places, hits.
//
// Main thread; works on the view state alone.
#pragma once

#include "core/messages/frames.h"
#include "ui/decode/decode_view.h"

namespace marginscope {

/// Index of the first cell of each line. Lines end where the panel does and after a line break of
/// the text.
void break_lines(const DecodeFrame& decode, int columns, std::vector<int>& line_begin);

/// Top left pixel of a cell; `view.line_begin` is not empty.
ImVec2 cell_place(const TextStripView& view, int index);

/// The cell at a pixel, or -1; `count` cells in all.
int cell_under(const TextStripView& view, ImVec2 pixel, int count);

}  // namespace marginscope
