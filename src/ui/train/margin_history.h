// The histogram of margins over the steps, as a heat map.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

void draw_margin_history(const TrainSeries& series, HistogramView& view, PanelContext& context);

}  // namespace marginscope
