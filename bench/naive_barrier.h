// The embeddings' barrier as one writes it first: d x d covariances, torch's slogdet, autograd.
#pragma once

#include <ATen/core/Tensor.h>

namespace marginscope {

/// mean of -log|det J_i| over positions i >= 3 of u (N, T, d); differentiable in all three
/// (E2, E3, E5, E7). What nn/barrier.h computes, without its cap.
at::Tensor naive_barrier(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k);

/// The loss that a training step adds: lambda times the barrier for the model, and for the stage
/// its negative log-likelihood with sigma² held at `sigma_square` (E4).
at::Tensor naive_objective(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                           double lambda, double sigma_square);

}  // namespace marginscope
