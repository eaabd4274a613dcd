// Straight from the formulas.
#include "bench/naive_barrier.h"

#include <ATen/ATen.h>

#include <cmath>

namespace marginscope {
namespace {

constexpr std::int64_t kFirst = 2;  // position 3 of the theory, counted from 0

/// Weights of the strict past: (N, T - 2, T), rows of positions 3 … T.
at::Tensor attention_of(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    const std::int64_t time = u.size(1);
    const at::Tensor q = at::matmul(u, w_q.t());
    const at::Tensor k = at::matmul(u, w_k.t());
    const at::Tensor scores =
        at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(w_q.size(0)));
    const at::Tensor hidden =
        at::ones({time, time}, u.options().dtype(at::kBool).requires_grad(false)).triu();
    return at::softmax(scores.masked_fill(hidden, -INFINITY).narrow(1, kFirst, time - kFirst), -1);
}

}  // namespace

at::Tensor naive_barrier(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k) {
    const std::int64_t batch = u.size(0);
    const std::int64_t time = u.size(1);
    const std::int64_t width = u.size(2);
    const at::Tensor attention = attention_of(u, w_q, w_k);
    const at::Tensor mean = at::matmul(attention, u);
    const at::Tensor outer = u.unsqueeze(3) * u.unsqueeze(2);  // (N, T, d, d)
    const at::Tensor second = at::matmul(attention, outer.view({batch, time, width * width}))
                                  .view({batch, time - kFirst, width, width});
    const at::Tensor covariance = second - mean.unsqueeze(3) * mean.unsqueeze(2);
    const at::Tensor score_matrix =
        at::matmul(w_k.t(), w_q) / std::sqrt(static_cast<double>(w_q.size(0)));
    const at::Tensor jacobian =
        at::eye(width, u.options().requires_grad(false)) - at::matmul(covariance, score_matrix);
    return -std::get<1>(at::linalg_slogdet(jacobian)).mean();
}

at::Tensor naive_objective(const at::Tensor& u, const at::Tensor& w_q, const at::Tensor& w_k,
                           double lambda, double sigma_square) {
    // The same values, of whose gradient the model gets lambda times.
    const at::Tensor fixed = u.detach();
    const at::Tensor barrier = naive_barrier(lambda * u + (1.0 - lambda) * fixed, w_q, w_k);
    const at::Tensor residual = fixed.narrow(1, kFirst, u.size(1) - kFirst) -
                                at::matmul(attention_of(fixed, w_q, w_k), fixed);
    return barrier + residual.square().sum(-1).mean() / (2.0 * sigma_square);
}

}  // namespace marginscope
