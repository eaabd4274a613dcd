// The explanation of a made-up text's selected character.
#pragma once

#include <memory>

#include "core/messages/frames.h"

namespace marginscope::synthetic {

std::shared_ptr<WhyFrame> make_why(const DecodeFrame& decode, int layers, int heads);
/// Every number NaN or infinite.
void spoil(WhyFrame& why);
/// Every number with all its digits.
void widen(WhyFrame& why);

}  // namespace marginscope::synthetic
