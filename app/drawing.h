// What the program lends to its command line: the window, pictures without one, and figures of
// both.
#pragma once

#include "cli/cli.h"

namespace marginscope {

CliHooks drawing_hooks();

/// Figures of `bench` that need the interface: first frame, building a frame, training under the
/// window, a drag.
std::vector<BenchFigure> measure_window();

}  // namespace marginscope
