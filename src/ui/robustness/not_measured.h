// What a panel of Robustness shows before its part is measured: what will be there, a button that
// measures it, and what that costs. And how far a running measurement is.
//
// Main thread, inside a frame.
#pragma once

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

struct NotMeasured {
    const char* title = "";
    const char* sentence = "";
    const char* button = "";
    RobustnessParts parts;
};
void draw_not_measured(const NotMeasured& what, const Frames& frames, RobustnessView& view,
                       PanelContext& context);

/// Sends the form's settings with these parts, or leaves a sentence in the form.
void start_measuring(RobustnessForm& form, const RobustnessParts& parts, PanelContext& context);

}  // namespace marginscope
