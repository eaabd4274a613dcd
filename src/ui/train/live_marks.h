// Live changes in the plots of a training: a line at the step, a label at the top where there is
// room for it. The step that is looked back at.
//
// Main thread, inside a plot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "figures/train/train_series.h"
#include "ui/theme.h"

namespace marginscope {

/// "lambda_m 0.05" for "barrier.lambda 0.05"; other labels as they are.
std::string mark_words(const std::string& label);

/// Inside a plot. Takes no part in the fit of its axes.
void draw_live_marks(const TrainSeries& series, const Theme& theme, bool labels);

/// Inside a plot: the step that is looked back at; nothing for -1.
void draw_moment_line(std::int64_t step, const Theme& theme, bool label);

}  // namespace marginscope
