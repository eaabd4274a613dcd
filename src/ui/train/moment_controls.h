// Looking back: every workspace shows the model of an earlier step, or of one step after another.
//
// Main thread.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

/// Of the training or the fork whose frame it is.
/// The step that is looked back at; -1: the model is shown as it is.
std::int64_t past_moment(const TrainingFrame* training);

void draw_moment_controls(const TrainingFrame& training, bool of_fork, MomentView& view,
                          PanelContext& context);

}  // namespace marginscope
