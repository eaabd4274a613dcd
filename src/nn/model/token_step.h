// New tokens through a whole model, without LibTorch's cost per operator. No torch here.
//
// One thread per object at a time, the one that owns the model. Weights are read where they lie at
// each call, so training may change them in place between calls. Equals the model's pass to
// rounding; no gradients. Legend of shapes: language_model.h.
#pragma once

#include <cstdint>
#include <span>

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

/// One of several tokens that are read at once. Its attention is written as by run().
struct TokenStepInput {
    int id = 0;
    const float* delta = nullptr;
    std::int64_t position = 0;
    TokenStepBuffers buffers;
};

class TokenStep {
public:
    virtual ~TokenStep() = default;

    /// Token `id` at `position`; `delta` (C), where not null, is added to its embedding. `position`
    /// tokens are in the cache, and this one's keys and values join them. `buffers.attention`
    /// points at this query's row of the first head: position + 1 numbers are written per head.
    virtual void run(int id, const float* delta, std::int64_t position,
                     const TokenStepBuffers& buffers) = 0;

    /// The same for many tokens, side by side in the lanes of the machine: of one text or of many.
    /// Tokens of one text (one cache) come in the order of their positions. What one token gives
    /// does not depend on the others that it comes with.
    virtual void run_many(std::span<const TokenStepInput> tokens) = 0;
};

}  // namespace marginscope
