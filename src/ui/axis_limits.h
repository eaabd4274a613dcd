// The limits of a plot's axis, computed from the data alone: nothing else that is drawn in the plot
// can move them.
//
// Pure functions, any thread.
#pragma once

#include <vector>

namespace marginscope {

struct AxisLimits {
    double low = 0, high = 1;
};

/// All finite values with 8 % of their range on either side (of its logarithm if `log`, which only
/// values above 0 may ask for); around a single value a twentieth of it.
AxisLimits padded_limits(const std::vector<double>& values, bool log = false);

}  // namespace marginscope
