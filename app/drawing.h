// What the program lends to its command line: the window, pictures without one, and figures of
// all rooms.
#pragma once

#include "cli/cli.h"

namespace marginscope {

CliHooks drawing_hooks();

}  // namespace marginscope
