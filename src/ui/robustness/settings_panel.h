// The panel that says what is measured, with what noise, and starts it.
//
// Main thread, inside a frame.
#pragma once

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

void draw_robustness_settings(const Frames& frames, RobustnessView& view, PanelContext& context);

}  // namespace marginscope
