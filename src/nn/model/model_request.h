// Which file a user means by "--model".
#pragma once

#include <filesystem>
#include <string>

#include "nn/model/checkpoint.h"

namespace marginscope {

/// A checkpoint, a run folder, or nothing: the small trained model in assets. UserError when it
/// cannot be read.
Model load_requested_model(const std::filesystem::path& requested);

/// What reports call it: the full path of the file that is read, so that they can be followed.
std::string model_name(const std::filesystem::path& requested);

}  // namespace marginscope
