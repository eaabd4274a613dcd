// The documents of `marginscope stage`: matrices in, what a stage says of each position out.
//
// Any thread. Reading throws UserError with one sentence. Positions count from 0; three states
// never look alike: a position without a Jacobian is null, a geometric margin that cannot exist is
// null, one that was not searched has a null `searched_radius`, one that was not found has a number
// there.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/stage/stage.h"

namespace marginscope {

/// From a file, or from the standard input for "-": {"u", "W_Q", "W_K", "W_V", "strict"}.
Stage read_stage(const std::string& file);

/// Everything about a position that has a Jacobian; `full` adds that.
nlohmann::json stage_position_json(const Stage& stage, const PositionMargins& margins, bool full);

}  // namespace marginscope
