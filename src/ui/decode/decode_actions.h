// What the keys and the menu do in the Decode workspace.
//
// Main thread, inside a frame.
#pragma once

#include <span>
#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::span<const Action> decode_actions();
/// Those of them that choose whose margin is shown, which, and how many support tokens.
std::vector<Action> margin_actions();

/// Index of the next margin of the frame's kind below the threshold after `from` (wrapping), else
/// of the lowest, or -1: successive calls walk the low margins in order of the text.
int next_low_margin(const MarginFrame& margins, int from, float threshold);

/// The next support token along the text, from the last to the first again; -1 when there is none.
int next_support(const MarginFrame& margins, int from);

}  // namespace marginscope
