// What the keys and the menu do in the Decode workspace.
//
// Main thread, inside a frame.
#pragma once

#include <span>

#include "ui/actions.h"

namespace marginscope {

std::span<const Action> decode_actions();

/// Index with the lowest determinant margin after `from` (wrapping), or -1: successive calls walk
/// the low margins in order of the text.
int next_low_margin(const MarginFrame& margins, int from, float threshold);

}  // namespace marginscope
