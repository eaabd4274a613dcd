// How well a step's estimate of the barrier does: beside the exact value, on the same sequences.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/barrier/barrier_objective.h"
#include "nn/barrier/positions.h"

namespace marginscope {

struct BarrierEstimate {
    double barrier = 0.0;  // as the config's sampling and estimator find it
    double standard_error =
        0.0;             // of its draws and probes, the sequences given; NaN from a single one
    double bound = 0.0;  // the most that truncation can add to that; +inf where nothing is known
};

/// Whether the config's barrier is anything but the exact mean over all.
bool is_estimated(const BarrierConfig& config);

/// u (N, T, d), tap of the pass over it (site heads), as report_barrier() takes them. `step` keys
/// the draws. No gradients. Waits for a GPU.
BarrierEstimate estimate_barrier(const Model& model, const at::Tensor& u, const Tap& tap,
                                 std::int64_t step);

}  // namespace marginscope
