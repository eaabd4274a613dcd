// What models that predict together say, in the frame of the text. Internal to engine; the worker's
// thread only.
#pragma once

#include "core/messages/decode.h"
#include "engine/decode/session_state.h"

namespace marginscope {

/// Fills line and candidates of a frame whose candidates are there, as far as laws are of the text
/// as it is now. The parts of the entropy stay those of the noise where the chooser averages over
/// that.
void fill_ensemble(const DecodeDocument& document, DecodeComputation& computation,
                   const ShownModel& shown, DecodeFrame& frame);

}  // namespace marginscope
