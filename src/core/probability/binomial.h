// The binomial law, exactly: its tail, and the bounds of a share that was counted.
//
// Pure functions, any thread. Relative error below 1e-9 up to n = 10^7.
#pragma once

#include <cstdint>

namespace marginscope {

/// P(X <= k) of n independent trials that succeed with probability p each; 0 for k < 0.
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

struct ShareBounds {
    double low = 0.0, high = 1.0;
};
/// Clopper and Pearson (1934): the shares p that k of n does not contradict, at (1 - level) / 2 on
/// either side. No trials: 0 to 1.
ShareBounds clopper_pearson(std::int64_t k, std::int64_t n, double level = 0.95);

}  // namespace marginscope
