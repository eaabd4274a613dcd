// The branches as a list with their numbers: text, probability, entropy, lowest margin; in the
// order of the tree or sorted. A click goes there; a right click names, folds, prunes, compares.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_branches(const Frames& frames, TreeView& tree, BranchListView& view,
                   PanelContext& context);

/// Indices of the rows in an order: as they are; the likeliest first (per character); the lowest
/// margin first. Rows without the number come last.
std::vector<int> sorted_rows(const BranchFrame& frame, BranchOrder order);

}  // namespace marginscope
