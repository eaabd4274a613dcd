// A tour made up for tests and pictures of the interface, beside the synthetic frames.
#pragma once

#include "core/messages/frames.h"
#include "core/messages/tour.h"

namespace marginscope::synthetic {

enum class TourMoment { shelf, words, choice, choice_answered, number, point, number_answered };

/// The frames with a tour: only those that can be begun, or one that runs in `workspace`.
Frames with_tour(Frames frames, TourMoment moment, const char* workspace = "decode");

}  // namespace marginscope::synthetic
