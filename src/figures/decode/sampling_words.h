// How the next token is chosen, as flags of the command line. Pure; any thread.
#pragma once

#include <string>

#include "core/messages/decode.h"

namespace marginscope {

/// What of it differs from what `marginscope decode` does by itself, each flag with a blank before
/// it.
std::string sampling_flags(const SamplingSettings& settings);
/// `marginscope decode` that goes on where the shown text ends, as it is chosen there.
std::string decode_command(const DecodeFrame& decode, int tokens);

}  // namespace marginscope
