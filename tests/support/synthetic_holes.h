// Made-up holes in a made-up text.
#pragma once

#include <memory>

#include "core/messages/frames.h"

namespace marginscope::synthetic {

std::shared_ptr<HolesFrame> make_holes(const DecodeFrame& decode, int count);
/// Every number NaN or infinite, half of the laws missing.
void spoil(HolesFrame& holes);
/// Sampled and running, every sentence long.
void widen(HolesFrame& holes);

}  // namespace marginscope::synthetic
