// log|det| and inverses of many small matrices by batched ATen calls: the way of devices for which
// there are no kernels of our own.
//
// Matrices (..., m, m). A singular (or not finite) one has log|det| = -inf, sign 0 and inverse
// zero.
#pragma once

#include <ATen/core/Tensor.h>

namespace marginscope {

struct Factorisation {
    at::Tensor logdet;   // (...)
    at::Tensor sign;     // (...), -1, 0, 1
    at::Tensor inverse;  // (..., m, m)
};

Factorisation factorise(const at::Tensor& matrices);

/// min(1, cap / norm), 0 where singular.
at::Tensor cap_weights(const at::Tensor& norm, const at::Tensor& sign, double cap);

}  // namespace marginscope
