// The likelihood-fitted stage in a training step: barrier and energy from one score matrix, forward
// and backward written out.
//
// One thread, the model's. Where the model gets a gradient it is that of the barrier and the energy
// times factors of its own; the stage's parameters get that of -(E4) in full. So one factorisation
// serves both.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/barrier.h"

namespace marginscope {

struct StageTerms {
    BarrierTerms barrier;
    at::Tensor residual_square;  // mean |e_i|²/d over i >= 3, differentiable
};

/// u (N, T, d) with T >= 3. The gradients that reach u are multiplied by `barrier_factor` (of the
/// barrier) and `energy_factor` (of residual_square); those that reach w_q and w_k are not.
StageTerms stage_terms(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                       double barrier_factor, double energy_factor, double cap);

}  // namespace marginscope
