// The dual form (E18, E19) of a strictly causal stage over a batch: log|det J_i| of chosen
// positions and its gradients, from attention scores; nothing wider than the past.
//
// N sequences, T positions. On the CPU position by position in cache (nn/kernels/dual_kernel.h),
// elsewhere by batched ATen calls; both give the same.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace marginscope {

/// Up to this many tokens of width d the dual costs less than the primal form: a past of n tokens
/// takes about 2 n³ there, against n d² and 2 d³ for its covariance and inverse.
inline std::int64_t dual_limit(std::int64_t width) { return 2 * width; }

struct DualInput {
    at::Tensor scores;      // (N, T, T) [query, key]
    at::Tensor attention;   // (N, T, T) strictly lower triangular, rows that sum to 1
    at::Tensor gram;        // (N, T, T) U Uᵀ from an origin near the data; only the cap needs it
    at::Tensor right;       // (N, T, T) (U A)(U A)ᵀ likewise
    at::Tensor positions;   // (N, m), nn/positions.h
    double width = 0.0;     // d of J
    double cap = 0.0;       // each position's gradient is scaled by min(1, cap / |J^-1|_F)
    std::int64_t most = 0;  // only these many most attended tokens of each position; 0: all
};

/// Gradients are those of the capped sum of log|det|; no autograd.
struct DualGradients {
    at::Tensor logdet;    // (N, m), -inf where singular
    at::Tensor sign;      // (N, m), 0 there
    at::Tensor norm;      // (N, m) |J^-1|_F, or a bound of it where even that is below the cap
    at::Tensor bound;     // (N, m) of the error of logdet where tokens were left out; +inf: unknown
    at::Tensor d_scores;  // (N, T, T)
    at::Tensor d_attention;  // (N, T, T); zero where a position does not look
};

DualGradients dual_gradients(const DualInput& in);

/// By batched ATen calls on any device: for those without kernels, and to check the kernels by.
DualGradients dual_gradients_by_batches(const DualInput& in);

}  // namespace marginscope
