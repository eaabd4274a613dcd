// A straight line.
#include "core/run/lambda_schedule.h"

#include <algorithm>

namespace marginscope {

double lambda_at(const RunConfig& config, std::int64_t step) {
    const BarrierConfig& barrier = config.barrier;
    if (barrier.lambda_end == 1.0) return barrier.lambda;
    const double last = std::max(1, config.train.steps - 1);
    const double share = std::clamp(static_cast<double>(step) / last, 0.0, 1.0);
    return barrier.lambda * (1.0 + share * (barrier.lambda_end - 1.0));
}

}  // namespace marginscope
