// Curves over a few levels (sigmas, rates) with their 95 % bands: one plot of the workspace.
//
// Main thread, inside a frame.
#pragma once

#include <string>
#include <vector>

#include "figures/robustness/robustness_curves.h"
#include "ui/theme.h"

namespace marginscope {

struct LevelPlot {
    const char* id = "";
    std::string x_label, y_label;
    float height = 0;
    RobustnessQuantity quantity = RobustnessQuantity::loss;
    bool log = false;        // of the levels; 0 has a slot of its own
    bool zero_line = false;  // differences: where nothing changes
    bool x_words = true;     // false: the plot below has them
};

/// A model's hue, marker and dash are the same in every plot; hovering tells the numbers of the
/// nearest level.
void draw_level_plot(const LevelPlot& plot, const std::vector<LevelCurve>& curves,
                     const Theme& theme);

}  // namespace marginscope
