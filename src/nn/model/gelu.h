// The exact GELU, x Phi(x). On the CPU in float32 and bfloat16 value and derivative in one pass,
// elsewhere by ATen.
#pragma once

#include <ATen/core/Tensor.h>

namespace marginscope {

/// Differentiable.
at::Tensor exact_gelu(const at::Tensor& x);

}  // namespace marginscope
