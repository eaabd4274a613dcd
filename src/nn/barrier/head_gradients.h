// The head view (E14) of one layer over a batch: log|det(I_p - C_i^h B^h)| of chosen positions and
// its gradients in queries, keys, values and B.
//
// On the CPU by nn/kernels/heads_kernel.h, elsewhere by batched ATen calls; both give the same.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace marginscope {

struct HeadsSettings {
    std::int64_t sequences = 0;        // the first ones of the batch
    at::Tensor positions;              // (sequences H, m), nn/positions.h
    at::Tensor gram_left, gram_right;  // (H, p, p): W_Oᵀ W_O, W_Q W_Qᵀ / p
    double cap = 0.0;                  // each gradient is scaled by min(1, cap / |J^-1|_F)
};

struct HeadsInput {
    at::Tensor q, k, v;  // (B, H, T, p), as they lie in the pass
    at::Tensor b;        // (H, p, p) = W_Q^h W_O^h / sqrt(p)
};

/// Gradients are those of the capped sum of log|det|; no autograd.
struct HeadsGradients {
    at::Tensor logdet, sign, norm;  // (sequences H, m)
    at::Tensor d_q, d_k, d_v;       // (B, H, T, p), zero in the other sequences
    at::Tensor d_b;                 // (H, p, p)
};

HeadsGradients head_gradients(const HeadsInput& of, const HeadsSettings& in);
HeadsGradients head_gradients_by_batches(const HeadsInput& of, const HeadsSettings& in);

}  // namespace marginscope
