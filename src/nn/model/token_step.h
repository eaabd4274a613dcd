// One new token through a whole model, without LibTorch's cost per operator. No torch here.
//
// One thread per object at a time, the one that owns the model. Weights are read where they lie at
// each call, so training may change them in place between calls. Equals the model's pass to
// rounding; no gradients. Legend of shapes: language_model.h.
#pragma once

#include <cstdint>

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
    virtual ~TokenStep() = default;

    /// Token `id` at `position`; `delta` (C), where not null, is added to its embedding. `position`
    /// tokens are in the cache, and this one's keys and values join them. `buffers.attention`
    /// points at this query's row of the first head: position + 1 numbers are written per head.
    virtual void run(int id, const float* delta, std::int64_t position,
                     const TokenStepBuffers& buffers) = 0;
};

}  // namespace marginscope
