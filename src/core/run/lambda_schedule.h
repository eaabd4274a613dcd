// lambda_m in the course of a training. Any thread.
#pragma once

#include <cstdint>

#include "core/run/run_config.h"

namespace marginscope {

/// barrier.lambda at update `step` (counted from 0): it goes evenly from its full value at the
/// first one to barrier.lambda_end times it at the last.
double lambda_at(const RunConfig& config, std::int64_t step);

}  // namespace marginscope
