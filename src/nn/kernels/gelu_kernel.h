// GELU and its derivative in one pass: the way back is then a product. float32 and bfloat16
// (computed in float32); CPU; no torch; any thread.
#pragma once

#include <cstdint>

namespace marginscope::kernels {

/// y_k = x_k Phi(x_k) and slope_k its derivative, n numbers.
void gelu_with_slope(const float* x, std::int64_t n, float* y, float* slope);

}  // namespace marginscope::kernels
