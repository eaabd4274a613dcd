// The command line that makes a figure again.
//
// Pure; any thread.
#pragma once

#include <string>

#include "figures/figure_list.h"

namespace marginscope {

/// Of Decode: `marginscope render decode --panel …` with model, text, view and noise; of Path: the
/// same with its folder; of Train: the training itself. `out` is the file's name. What no command
/// can give again (a dragged character) is left out.
std::string figure_command(const FigureInfo& info, const FigureSource& source,
                           const std::string& out);

}  // namespace marginscope
