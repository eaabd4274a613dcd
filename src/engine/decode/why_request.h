// What is to be explained of the shown text. Internal to engine; the worker's thread only.
#pragma once

#include "engine/decode/decode_computation.h"
#include "engine/decode/decode_document.h"
#include "engine/decode/why_frame.h"

namespace marginscope {

/// The selected character beside the present weights.
std::uint64_t why_key(const DecodeDocument& document, DecodeComputation& computation);
WhyRequest make_why_request(const DecodeDocument& document, DecodeComputation& computation);

}  // namespace marginscope
