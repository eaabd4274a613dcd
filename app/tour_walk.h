// Walks through a tour without a window, for its handout.
//
// Main thread. UserError when the tour cannot be begun, or nothing can be drawn.
#pragma once

#include "cli/tour_request.h"

namespace marginscope {

void walk_tour(const TourRequest& request);

}  // namespace marginscope
