// The rows of the menu File that take a panel's figure out of the window.
//
// Main thread, inside a frame.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::vector<Action> export_actions();

}  // namespace marginscope
