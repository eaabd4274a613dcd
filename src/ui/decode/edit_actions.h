// The rows of the menu Edit: what is done to the document as a whole.
//
// Main thread.
#pragma once

#include <vector>

#include "ui/actions.h"

namespace marginscope {

std::vector<Action> edit_actions();

}  // namespace marginscope
