// Causal attention of all heads, for passes in which nobody looks at the weights.
//
// B batch, T time, C width. On the CPU by kernels of our own that never hold the weights
// (nn/kernels/attention_kernel.h), elsewhere by ATen's fused attention.
#pragma once

#include <ATen/core/Tensor.h>

namespace marginscope {

/// qkv (B, T, 3C): queries, keys and values of all heads, as one linear layer makes them. Returns
/// (B, T, C). Differentiable.
at::Tensor causal_attention(const at::Tensor& qkv, std::int64_t heads);

}  // namespace marginscope
