// A RunConfig as JSON: one object per group ("model", "train", "barrier", "stage"), as in a run
// folder's config.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run/run_config.h"

namespace marginscope {

nlohmann::json config_to_json(const RunConfig& config);

/// Fields that are missing keep their defaults; unknown ones and bad values are UserErrors that
/// name `source`, the file as sentences call it (core/shown.h).
RunConfig config_from_json(const nlohmann::json& object, const std::string& source);

}  // namespace marginscope
