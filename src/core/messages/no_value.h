// A number that is not there: not computed, or not defined. Frames carry it, nothing shows it.
#pragma once

#include <limits>

namespace marginscope {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

}  // namespace marginscope
