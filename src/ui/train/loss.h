// Losses over the steps, the barrier apart, marks of live changes.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

void draw_losses(const Frames& frames, const TrainHistory& history, LossView& view,
                 PanelContext& context);

}  // namespace marginscope
