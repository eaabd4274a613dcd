// Transport (above the text) and the sampling and noise controls.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// Step, play, jump, place in the text, prompt field.
void draw_transport(const Frames& frames, ControlsView& view, PanelContext& context);
void draw_sampling(const Frames& frames, ControlsView& view, PanelContext& context);

}  // namespace marginscope
