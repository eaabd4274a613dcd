// The fork of a training: making it, choosing between the two, what they differ by, its end.
//
// Main thread.
#pragma once

#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

/// Only where a training is there. Sets `view.of_fork`.
void draw_fork_controls(const Frames& frames, const TrainHistory& history, LiveView& view,
                        PanelContext& context);

}  // namespace marginscope
