// A document as a file (.mscope): its JSON, with the model named by a path relative to the file and
// by its SHA-256, so that both can be moved together and a changed model is noticed. No torch; the
// caller's thread.
#pragma once

#include <filesystem>
#include <string>

#include "engine/decode/decode_document.h"

namespace marginscope {

/// The bytes of a session in `folder`: equal documents give equal bytes. The model's path in
/// `document` is absolute, or relative to the working directory.
std::string session_text(const DecodeDocument& document, const std::filesystem::path& folder);

/// Atomically. UserError.
void write_session(const std::filesystem::path& file, const DecodeDocument& document);

/// The model's path comes back absolute, whether the file is there or not. UserError when the file
/// is no session, is damaged, or was written by a later version.
DecodeDocument read_session(const std::filesystem::path& file);

/// Why the model of a session is not what it was ("" when it is): moved away, or changed since.
std::string model_trouble(const ModelLink& link);

}  // namespace marginscope
