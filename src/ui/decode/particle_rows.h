// The rows of the fan: a bar for the weight, and what each adds to the row before it.
//
// Main thread, inside a panel.
#pragma once

#include "core/messages/particles.h"
#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

void draw_particle_rows(const ParticleFrame& frame, ParticlesView& view, PanelContext& context);

}  // namespace marginscope
