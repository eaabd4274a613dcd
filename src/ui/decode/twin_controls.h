// The noise of the twin: how much, where, on which characters, how many draws.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// How much, in which unit. Sends what changed.
void draw_noise_strength(const DecodeFrame& decode, NoiseView& view, PanelContext& context);

/// All of them.
void draw_twin_controls(const Frames& frames, NoiseView& view, PanelContext& context);

}  // namespace marginscope
