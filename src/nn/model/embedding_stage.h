// The stage over the embeddings (E1-E5): its parameters, attention, energy; and its projected form.
//
// u (N, T, d): any embeddings; d is the width the stage works in. With w_p (p x d0) the stage reads
// W_P u instead of u. How sigma is found: nn/barrier/stage_sigma.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nn/model/char_gpt.h"

namespace marginscope {

struct EmbeddingStage {
    at::Tensor w_q, w_k;  // p x p
    at::Tensor w_p;       // p x d with orthonormal rows; undefined unless projected
    // Scalars, float64 on the CPU or float32 on a GPU.
    at::Tensor sigma_square;       // what the energy divides by; 1 as long as `updates` is 0
    at::Tensor residual_average;   // running average of mean |e|²/d: the closed form's sigma²
    at::Tensor learned_log_sigma;  // a parameter; follows sigma_square while it does not learn
    at::Tensor input_scale;    // what u was multiplied by before W_Q, W_K saw it (stage.input_rms)
    std::int64_t updates = 0;  // of sigma

    /// N(0, std²) weights from a generator of its own. `projected_width` 0: none.
    static EmbeddingStage random(int width, int projected_width, double std, std::uint64_t seed,
                                 at::Device device = at::kCPU, at::ScalarType dtype = at::kFloat);

    int width() const { return static_cast<int>(w_q.size(1)); }
    double log_sigma() const;  // reads sigma_square: waits for a GPU
    /// PREFIX.W_Q, PREFIX.W_K and, when projected, PREFIX.W_P.
    std::vector<NamedTensor> parameters(const std::string& prefix) const;
    EmbeddingStage clone(at::Device device, at::ScalarType dtype) const;

    at::Tensor project(const at::Tensor& u) const;  // W_P u, or u itself
    /// One more value of mean |e|²/d (a scalar tensor); sigma² is its running average (E4's
    /// maximum).
    void update_sigma(const at::Tensor& residual_square);
    /// Makes the rows of W_P orthonormal again, in place.
    void orthonormalise();
};

/// log of the score of key s for query t, [.., t, s]: (W_Q u_t)·(W_K u_s)/sqrt(p), (N, T, T),
/// nothing masked  (E1)
at::Tensor stage_scores(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k);

/// Strictly causal softmax of such scores (E2); the first row, which has no past, is all zero.
at::Tensor strict_attention(const at::Tensor& scores);

/// Mean of |e_i|² / d over positions i >= 3, a differentiable scalar (E4).
at::Tensor mean_residual_square(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k);

}  // namespace marginscope
