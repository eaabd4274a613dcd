// What a change of the document is called in its history. No torch; any thread.
#pragma once

#include <string>

#include "core/messages/command.h"
#include "engine/decode/decode_document.h"

namespace marginscope {

/// In a few words, from the command that made it and the documents before and after:
/// "Choose 'e' at 84". Positions count from 0, as everywhere.
std::string change_label(const Command& cause, const DecodeDocument& before,
                         const DecodeDocument& after);

}  // namespace marginscope
