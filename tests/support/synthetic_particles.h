// Made-up particles behind a made-up text.
#pragma once

#include <memory>

#include "core/messages/frames.h"

namespace marginscope::synthetic {

/// `rows` texts of `tokens` characters that part from each other one after the other.
std::shared_ptr<ParticleFrame> make_particles(const DecodeFrame& decode, int rows, int tokens);
/// Every number NaN or infinite.
void spoil(ParticleFrame& particles);
/// Every number with all its digits, every sentence long.
void widen(ParticleFrame& particles);

}  // namespace marginscope::synthetic
