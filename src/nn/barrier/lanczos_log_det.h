// log|det J_i| by stochastic Lanczos quadrature, for sizes at which no matrix is to be factorised:
// log|det J| = tr log(JᵀJ) / 2, the trace by random probes, the logarithm by the Krylov space of
// each (Ubaru, Chen and Saad 2017); J only ever meets vectors.
//
// The mean over probes is unbiased once the steps exhaust the Krylov space; with fewer steps the
// rest is the error of a Gauss quadrature. Batched ATen calls on any device; 4 m T d multiply-adds
// a step, probe and sequence.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/random.h"
#include "nn/barrier/covariance_gradients.h"

namespace marginscope {

struct LanczosSettings {
    std::int64_t probes = 4;
    std::int64_t steps = 10;
    DrawKey key;  // of the probes' signs
};

/// As covariance_gradients(), estimated: sign is 1 (unknown) or 0 (not finite), norm is that of the
/// probes, and gradients come from the same Krylov spaces: d log|det J| = E[(J^-T z)ᵀ dJ z].
struct LanczosResult {
    CovarianceGradients gradients;
    at::Tensor probe_variance;  // (K, m) of logdet, over the probes; NaN from a single one
};

LanczosResult lanczos_gradients(const CovarianceInput& in, const LanczosSettings& settings);

}  // namespace marginscope
