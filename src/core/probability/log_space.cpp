// Every sum leaves the largest term out of the exponent.
#include "core/probability/log_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace marginscope {

double log_sum_exp(std::span<const double> logs) {
    double largest = -std::numeric_limits<double>::infinity();
    for (const double one : logs) {
        if (std::isnan(one)) return one;
        largest = std::max(largest, one);
    }
    if (std::isinf(largest)) return largest;
    double sum = 0.0;
    for (const double one : logs) sum += std::exp(one - largest);
    return largest + std::log(sum);
}

std::vector<double> normalised(std::span<const double> logs) {
    const double all = log_sum_exp(logs);
    std::vector<double> out(logs.size(), 0.0);
    if (all == -std::numeric_limits<double>::infinity()) return out;
    for (std::size_t k = 0; k < logs.size(); ++k) out[k] = std::exp(logs[k] - all);
    return out;
}

}  // namespace marginscope
