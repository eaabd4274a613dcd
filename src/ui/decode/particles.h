// Particles: many continuations at once as a fan, with their weights, what they are worth, and the
// constant of their law.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_particles(const Frames& frames, ParticlesView& view, PanelContext& context);

}  // namespace marginscope
