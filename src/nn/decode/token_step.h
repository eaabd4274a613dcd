// One new token through the whole model on the CPU in float32, without LibTorch's cost per
// operator: layer norms, matrix times vector, attention over the cached positions, GELU, head.
//
// One thread per object at a time, the one that owns the model. Weights are read where they lie at
// each call, so training may change them in place between calls. Equals CharGpt's pass to rounding;
// no gradients. Legend of shapes: char_gpt.h.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/model/char_gpt.h"

namespace marginscope {

/// Where a step finds the past, and leaves what it computes; all float32 and row-major.
struct TokenStepBuffers {
    /// (L, H, p, context): keys lie along the last axis, so that the scores of all positions are
    /// computed side by side.
    float* keys = nullptr;
    float* values = nullptr;     // (L, H, context, p)
    float* logits = nullptr;     // (V)
    float* attention = nullptr;  // (L, H, ·, ·) of the strides below, or null: not wanted
    std::int64_t attention_head_stride = 0;  // from one head to the next, over all layers
};

class TokenStep {
public:
    /// Whether the model is one that a step can take: on the CPU, in float32.
    static bool handles(const CharGpt& model);

    /// x (C) at the input; `position` tokens are in the cache, and this one's keys and values join
    /// them. `buffers.attention` points at this query's row of the first head: position + 1 numbers
    /// are written per head.
    void run(const CharGpt& model, const float* x, std::int64_t position,
             const TokenStepBuffers& buffers);

private:
    std::vector<float> scratch_;
};

}  // namespace marginscope
