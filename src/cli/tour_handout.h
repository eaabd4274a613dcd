// The handout of `tour --html`: from the steps of a walk to the parts of a page.
//
// Any thread, pure.
#pragma once

#include "cli/tour_request.h"
#include "figures/tour_page.h"

namespace marginscope {

/// The step that the frames stand at.
TourPageStep handout_step(const TourStepPicture& picture);

}  // namespace marginscope
