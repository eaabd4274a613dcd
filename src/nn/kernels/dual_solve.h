// One position of the dual with its weights given apart: what the exact and the truncated kernel
// share. Internal to kernels.
#pragma once

#include "nn/kernels/dual_kernel.h"

namespace marginscope::kernels {

template <typename Real>
struct DualPosition {
    std::int64_t n = 0;             // attended tokens: the first n of the sequence
    const Real* weights = nullptr;  // (n), sum 1
    const Real* mean = nullptr;     // (n, readable to the end of its last line) weights times keys
    bool exact_norm = false;        // also where a bound of it would do
};

struct DualSolution {
    DualMargin margin;
    double inverse_bound = 0;  // of |J^-1|_2: 1 + |J^-1 - I|_F
};

/// As dual_position(): adds to d_scores, writes d_attention (n).
DualSolution solve_dual(const DualSequence<float>& in, const DualPosition<float>& at,
                        DualScratch<float>& scratch, float* d_scores, float* d_attention);
DualSolution solve_dual(const DualSequence<double>& in, const DualPosition<double>& at,
                        DualScratch<double>& scratch, double* d_scores, double* d_attention);

}  // namespace marginscope::kernels
