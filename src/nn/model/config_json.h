// A RunConfig as JSON: one object per group ("model", "train", "barrier", "stage"), as in a run
// folder's config.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run/run_config.h"

namespace marginscope {

nlohmann::json config_to_json(const RunConfig& config);

/// Who wrote it: the program everything there was then, a user what differs from the defaults.
enum class ConfigOrigin { program, user };

/// Fields that are missing keep their defaults; of a configuration that the program wrote, or that
/// is complete, those that came later mean what they meant before (Field::before). Unknown ones and
/// bad values are UserErrors that name `source`, the file as sentences call it (core/shown.h).
RunConfig config_from_json(const nlohmann::json& object, const std::string& source,
                           ConfigOrigin origin = ConfigOrigin::program);

}  // namespace marginscope
