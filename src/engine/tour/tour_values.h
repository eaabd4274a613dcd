// The numbers behind a tour's questions and cards, read from the frames of the moment.
//
// Any thread; pure. Units: core/messages/tour_quantity.h.
#pragma once

#include <optional>
#include <vector>

#include "core/messages/frames.h"
#include "core/messages/tour.h"

namespace marginscope {

/// Empty where it is not computed yet, or there is none.
std::optional<double> tour_value(TourQuantity quantity, const Frames& frames);

/// All values that count as this quantity: the support tokens are several.
std::vector<double> tour_values(TourQuantity quantity, const Frames& frames);

}  // namespace marginscope
