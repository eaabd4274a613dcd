// What the keys and the menu do in the Robustness workspace.
//
// Main thread, inside a frame.
#pragma once

#include <span>

#include "ui/actions.h"

namespace marginscope {

std::span<const Action> robustness_actions();

}  // namespace marginscope
