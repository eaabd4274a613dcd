// The tree of all continuations walked so far, drawn: depth to the right, one row per branch. A
// click goes there.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_branch_tree(const Frames& frames, TreeView& view, PanelContext& context);

/// Columns are depths; a node's row is its preferred child's (the line's first), every other leaf
/// gets a new row.
void place_nodes(const std::vector<TreeNode>& tree, TreeView& view);

}  // namespace marginscope
