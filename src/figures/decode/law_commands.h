// The command lines that find the laws of holes and particles again.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "core/messages/frames.h"

namespace marginscope {

/// `marginscope subset` for the law of all holes given both sides. Empty while it is not known, and
/// where the command would refuse: the text has characters that the model does not know.
std::string subset_command(const DecodeFrame& decode, const HolesFrame& holes);
/// `marginscope decode --particles`. Empty where there are none.
std::string particles_command(const DecodeFrame& decode, const ParticleFrame& particles);

/// As `marginscope render` takes them: " --holes 2,5".
std::string holes_flag(const HolesFrame& holes);
/// As `decode` and `render` take them: " --prompt … --tokens … --particles …" and the sampling.
std::string particle_flags(const ParticleFrame& particles);

}  // namespace marginscope
