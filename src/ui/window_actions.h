// The actions of the window itself: files, views, help.
//
// Main thread, inside a frame.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::vector<Action> file_actions();
std::vector<Action> view_actions();
std::vector<Action> help_actions();

}  // namespace marginscope
