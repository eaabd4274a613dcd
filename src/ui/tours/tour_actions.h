// The actions of a tour: to the next and the previous step, anew, and to its end.
//
// Main thread, inside a frame.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

const std::vector<Action>& tour_actions();

}  // namespace marginscope
