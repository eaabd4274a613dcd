// What one cell of a path is trained with. Pure; any thread.
#pragma once

#include "core/messages/path.h"

namespace marginscope {

/// The plan's settings with the cell's own lambda, seed, training noise, head and sigma; threads as
/// in the plan.
RunConfig cell_config(const PathPlan& plan, const PathCell& cell);

}  // namespace marginscope
