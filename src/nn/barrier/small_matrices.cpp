// One batched LU serves determinant and inverse.
#include "nn/barrier/small_matrices.h"

#include <ATen/ATen.h>

#include <limits>

namespace marginscope {

Factorisation factorise(const at::Tensor& matrices) {
    const auto [lu, pivots, info] = at::linalg_lu_factor_ex(matrices, true, false);
    const at::Tensor diagonal = lu.diagonal(0, -2, -1);
    at::Tensor logdet = diagonal.abs().log().sum(-1);
    const at::Tensor own = at::arange(1, matrices.size(-1) + 1, pivots.options());
    const at::Tensor swaps = pivots.ne(own).sum(-1);
    at::Tensor sign =
        diagonal.sign().prod(-1) * (1 - 2 * swaps.remainder(2)).to(diagonal.scalar_type());
    const at::Tensor singular = logdet.isfinite().logical_not_();
    const at::Tensor identity =
        at::eye(matrices.size(-1), matrices.options()).expand(matrices.sizes());
    at::Tensor inverse = at::linalg_lu_solve(lu, pivots, identity);
    inverse = inverse.masked_fill(singular.unsqueeze(-1).unsqueeze(-1), 0.0);
    logdet = logdet.masked_fill(singular, -std::numeric_limits<double>::infinity());
    sign = sign.masked_fill(singular, 0.0);
    return {logdet, sign, inverse};
}

at::Tensor cap_weights(const at::Tensor& norm, const at::Tensor& sign, double cap) {
    return (cap / norm).clamp_max(1.0).masked_fill(sign == 0, 0.0);
}

}  // namespace marginscope
