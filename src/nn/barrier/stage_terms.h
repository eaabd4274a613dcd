// The stage in a training step: barrier and energy of its positions, forward and backward written
// out (E4, E7, E18, E19).
//
// One thread, the model's. Where the model gets a gradient it is that of the barrier and the energy
// times factors of its own; the stage's parameters get that of -(E4) in full. So one factorisation
// serves both.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "nn/barrier/barrier.h"
#include "nn/barrier/lanczos_log_det.h"

namespace marginscope {

struct StageTermsSettings {
    double barrier_factor = 1.0;  // of the barrier's gradient that reaches u
    double energy_factor = 0.0;   // of residual_square's
    double cap = 100.0;           // nn/barrier.h
    at::Tensor positions;         // that carry the barrier, nn/positions.h; undefined: all
    // At most one of these; neither: exact.
    std::int64_t most_attended = 0;  // tokens kept per position; 0: all
    std::optional<LanczosSettings> lanczos;
};

struct StageTerms {
    BarrierTerms barrier;
    at::Tensor residual_square;  // mean |e_i|²/d over all i >= 3, differentiable
};

/// u (N, T, d) with T >= 3; w_q, w_k (p, d).
StageTerms stage_terms(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                       const StageTermsSettings& settings);

}  // namespace marginscope
