// The run in numbers, and a sample of what the model writes now.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

void draw_run_figures(const TrainingFrame* training, const TrainSeries& series,
                      const LoopFigures& loop, PanelContext& context);
void draw_sample(const TrainingFrame* training, PanelContext& context);

}  // namespace marginscope
