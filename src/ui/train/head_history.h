// Entropy and largest score of each attention head over the steps, as a heat map.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

void draw_head_history(const TrainSeries& series, HeadHistoryView& view, PanelContext& context);

}  // namespace marginscope
