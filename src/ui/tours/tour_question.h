// The question of a tour's step: asked first, then what was answered beside what is so.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"
#include "ui/tours/tour_view.h"

namespace marginscope {

void draw_tour_question(const Frames& frames, UiState& state, PanelContext& context);

}  // namespace marginscope
