// What the U of a playground says, in a sentence; the window and the figure say the same.
//
// Pure functions; any thread.
#pragma once

#include <string>

#include "core/messages/playground_frame.h"
#include "core/playground/lambda_rests.h"

namespace marginscope {

/// Which lambda_m is best and what speaks against more and less; or why none is.
std::string rests_words(const LambdaRests& rests, double noise);

/// Where a picture of the curves ends: at what the data pays for the largest lambda_m, or at twice
/// the best sum. What noise adds rises without bound and leaves it.
double rests_top(const LambdaRests& rests);

}  // namespace marginscope
