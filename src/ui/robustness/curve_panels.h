// Panels of curves: loss and changed predictions under noise or spoilt characters, support tokens
// against random ones, well-formed stories.
//
// Main thread, inside a frame.
#pragma once

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

void draw_noise_losses(const Frames& frames, RobustnessView& view, PanelContext& context);
void draw_noise_flips(const Frames& frames, RobustnessView& view, PanelContext& context);
void draw_support_noise(const Frames& frames, RobustnessView& view, PanelContext& context);
void draw_stories(const Frames& frames, RobustnessView& view, PanelContext& context);

}  // namespace marginscope
