// The rows of the twin in the menu Decode.
//
// Any thread.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::vector<Action> twin_actions();

}  // namespace marginscope
