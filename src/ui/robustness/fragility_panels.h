// Panels of the smallest noise that flips a prediction: a margin against it, and how well each
// margin and each rival predicts it.
//
// Main thread, inside a frame.
#pragma once

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

void draw_fragility(const Frames& frames, RobustnessView& view, PanelContext& context);
void draw_predictors(const Frames& frames, RobustnessView& view, PanelContext& context);

/// The measured places; nullptr before there are any. What was selected in others is let go.
const FragilityFrame* shown_fragility(const Frames& frames, RobustnessView& view);
void draw_no_fragility(const Frames& frames, RobustnessView& view, PanelContext& context);

}  // namespace marginscope
