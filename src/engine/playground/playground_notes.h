// What a change did, in a sentence: who took over as support token, what a removal left as it was.
//
// Pure functions; any thread. `removed`: the token or point that went, -1 for none.
#pragma once

#include <string>

#include "core/messages/playground_frame.h"

namespace marginscope {

/// "" where the support token stayed and nothing was removed.
std::string support_note(const PlaygroundFrame& before, const PlaygroundFrame& after, int removed);
/// Of a removed point; "" where none was.
std::string line_note(const PlaygroundSvm& before, const PlaygroundSvm& after, int removed);

}  // namespace marginscope
