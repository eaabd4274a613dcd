// A finished decoding as the document that the window opens. No torch in this header; any thread.
#pragma once

#include <filesystem>

#include "engine/decode/decode_document.h"
#include "nn/probability/particles_run.h"

namespace marginscope {

/// Prompt and tokens as one line of the tree, with the sampling and the model's link. UserError
/// when the prompt is not UTF-8.
DecodeDocument decoded_document(const DecodeRequest& request, const DecodeResult& result);

/// The same of the particle that was drawn, with the wish for all of them behind the prompt.
DecodeDocument particles_document(const ParticleRequest& request, const ParticleResult& result);

}  // namespace marginscope
