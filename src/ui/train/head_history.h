// Entropy and largest score of each attention head over the steps, as a heat map.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

/// `moment`: the step that is looked back at, or -1.
void draw_head_history(const TrainSeries& series, std::int64_t moment, HeadHistoryView& view,
                       PanelContext& context);

}  // namespace marginscope
