// The files of a cell, by name. Internal to engine.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/messages/frames.h"

namespace marginscope {

inline constexpr std::string_view kFitted =
    "fitted.safetensors";  // the model with a stage made by `fit`
inline constexpr std::string_view kMargins = "margins.json";
inline constexpr std::string_view kNoise = "noise.json";
inline constexpr std::string_view kRelativeNoise = "noise-relative.json";
inline constexpr std::string_view kResult =
    "result.json";  // the few numbers that all of these come to

std::string cell_file(const PathCell& cell, std::string_view name);

}  // namespace marginscope
