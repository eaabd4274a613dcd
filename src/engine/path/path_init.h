// The model that a path's cells begin from. Torch-free; any thread.
#pragma once

#include "core/messages/path.h"

namespace marginscope {

/// Where the plan names a model: its full name, its mark and its shape are put in. UserError where
/// it cannot be read, or where the plan's text has characters that it lacks.
void take_init(PathPlan& plan);

/// UserError where that model is not the one any more that the path began with.
void require_same_init(const PathPlan& plan);

}  // namespace marginscope
