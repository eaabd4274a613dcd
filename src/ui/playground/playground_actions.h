// The rows of the menu Playground.
//
// Main thread.
#pragma once

#include <span>

#include "ui/actions.h"

namespace marginscope {

std::span<const Action> playground_actions();

}  // namespace marginscope
