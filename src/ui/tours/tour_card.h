// The card of the tour that runs, at the left of the workspace: what the step says, its question,
// its numbers, and the way on.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"
#include "ui/tours/tour_view.h"

namespace marginscope {

/// How wide it stands in a window of that size; 0 when no tour runs, or its card is not shown.
float tour_card_width(const Frames& frames, UiState& state, ImVec2 window);

void draw_tour_card(const Frames& frames, UiState& state, PanelContext& context, ImVec2 at,
                    ImVec2 size);

}  // namespace marginscope
