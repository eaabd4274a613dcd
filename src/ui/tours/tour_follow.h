// The window follows a tour: workspace and panels of the step, the others dimmed, and what was
// shown before when it ends.
//
// Main thread, inside a frame.
#pragma once

#include "ui/tours/tour_view.h"

namespace marginscope {

/// At the beginning of a frame.
void follow_tour(const Frames& frames, UiState& state);

/// Behind the docked panels: dims those that the step does not speak of. They stay usable, and
/// whichever is under the mouse is not dimmed.
void dim_other_panels(const Frames& frames, UiState& state);

}  // namespace marginscope
