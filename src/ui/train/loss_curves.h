// What the plots of the losses draw: thinned curves and the limits of their axes.
//
// Main thread.
#pragma once

#include "ui/train/train_view.h"

namespace marginscope {

/// What can stand beside the barrier.
struct SecondFigure {
    const char* name;
    float (*value)(const TrainingSample&);
};
constexpr int kSecondFigures = 6;
const SecondFigure& second_figure(int index);

/// Thins the curves anew where series, width or options have changed.
void refresh(const TrainHistory& history, LossView& view, int columns);

/// The limits of all axes from what the curves hold.
void follow_data(const TrainHistory& history, LossView& view);

/// The sample of that step; nullptr where there is none.
const TrainingSample* sample_of(const TrainSeries& series, std::int64_t step);

}  // namespace marginscope
