// Branches as rows with their numbers, from a document and what is known of its nodes. Internal to
// engine; the worker's thread only.
#pragma once

#include <span>
#include <vector>

#include "core/messages/branches.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"

namespace marginscope {

/// A branch from its first node to its end, along what was last walked; never into what is pruned.
std::vector<int> branch_nodes(const DecodeTree& tree, int first);

/// First node of every branch that is not pruned, a branch before those in it.
std::vector<int> branch_heads(const DecodeTree& tree);

/// Whether everything that can be known of a node is: `has_margin` of its place.
bool is_complete(const KnownPosition* known, bool has_margin);

/// Rows, comparison and what is pending; `known` by node.
BranchFrame make_branch_frame(const DecodeDocument& document, DecodeComputation& computation,
                              std::span<const KnownPosition* const> known);

}  // namespace marginscope
