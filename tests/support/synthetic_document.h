// History and branches made of formulas, for tests and pictures of the interface.
#pragma once

#include <memory>

#include "core/messages/branches.h"
#include "core/messages/decode.h"
#include "core/messages/document.h"

namespace marginscope::synthetic {

std::shared_ptr<HistoryFrame> make_history(int steps);
/// Of the frame's tree, with `count` rows; one branch is compared when there are two.
std::shared_ptr<BranchFrame> make_branches(const DecodeFrame& decode, int count);
/// The same with every kind of number that is none.
std::shared_ptr<BranchFrame> spoiled(const BranchFrame& frame);
/// The same with all the digits and letters there can be.
std::shared_ptr<BranchFrame> widened(const BranchFrame& frame);

}  // namespace marginscope::synthetic
