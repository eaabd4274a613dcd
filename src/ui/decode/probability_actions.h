// The rows of holes and particles in the menu Decode.
//
// Any thread.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::vector<Action> probability_actions();

}  // namespace marginscope
