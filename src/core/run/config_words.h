// A run's settings as flags of the command line.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/run/run_config.h"

namespace marginscope {

/// " --lambda 0.05 --seed 3": the fields that differ from the defaults, each with a blank before
/// it. `left_out` names a field that is given otherwise.
std::string config_flags(const RunConfig& config, bool (*left_out)(const Field& field) = nullptr);

}  // namespace marginscope
