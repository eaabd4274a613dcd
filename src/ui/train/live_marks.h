// Live changes in the plots of a training: a line at the step, a label at the top where there is
// room for it.
//
// Main thread, inside a plot; mark_rows() is pure.
#pragma once

#include <string>
#include <vector>

#include "ui/theme.h"
#include "ui/train/train_series.h"

namespace marginscope {

/// "lambda_m 0.05" for "barrier.lambda 0.05"; other labels as they are.
std::string mark_words(const std::string& label);

/// The extent of a label in pixels.
struct MarkSpan {
    float left = 0, right = 0;
};
/// For each label the uppermost of `rows` rows in which it touches none before it, or -1 where all
/// are taken. `spans` in rising order of their left ends.
std::vector<int> mark_rows(const std::vector<MarkSpan>& spans, int rows, float gap);

/// Inside a plot. Takes no part in the fit of its axes.
void draw_live_marks(const TrainSeries& series, const Theme& theme, bool labels);

}  // namespace marginscope
