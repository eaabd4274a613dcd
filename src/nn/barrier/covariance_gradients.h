// The primal form over a batch: log|det(I_p - Cov_i(v, k))| of chosen positions and its gradients.
//
// K sequences (or heads), T positions, p columns. On the CPU by nn/kernels/covariance_kernel.h,
// elsewhere by batched ATen calls; both give the same. Where the matrix is the small form of
// another J (E14), a lift says which.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace marginscope {

/// J = I_d - L C R, C = Cov(v, source), keys = source R L.
struct Lift {
    at::Tensor source;      // (K, T, p)
    at::Tensor gram_left;   // (K, p, p) LᵀL
    at::Tensor gram_right;  // (K, p, p) R Rᵀ
    double width = 0.0;     // d
};

struct CovarianceInput {
    at::Tensor attention;     // (K, m, T) the chosen positions' weights
    at::Tensor positions;     // (K, m), nn/positions.h
    std::int64_t own = 0;     // 1 where a position attends to itself too
    at::Tensor values, keys;  // (K, T, p), from an origin near the data
    double cap = 0.0;
    std::optional<Lift> lift;  // by batches only; the CPU's heads have a kernel of their own
};

/// Gradients are those of the capped sum of log|det|; no autograd.
struct CovarianceGradients {
    at::Tensor logdet, sign, norm;  // (K, m)
    at::Tensor d_attention;         // (K, m, T); zero where a position does not look
    at::Tensor d_values, d_keys;    // (K, T, p)
};

CovarianceGradients covariance_gradients(const CovarianceInput& in);
CovarianceGradients covariance_gradients_by_batches(const CovarianceInput& in);

}  // namespace marginscope
