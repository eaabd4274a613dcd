// One token's arithmetic.
#include "nn/model/char_token_step.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/linear/simd.h"
#include "nn/kernels/attend_kernel.h"
#include "nn/kernels/token_kernels.h"
#include "nn/model/char_pointers.h"

namespace marginscope {
namespace {

using namespace token_kernels;

// Everything one layer needs; the scratch vectors are distinct.
struct LayerStep {
    LayerPointers w;
    std::int64_t width = 0, heads = 0, context = 0, position = 0;
    float* x = nullptr;                        // (C) the residual stream
    float* normed = nullptr;                   // (C)
    float* qkv = nullptr;                      // (3C)
    float* inner = nullptr;                    // (4C)
    float* scores = nullptr;                   // (context)
    float *keys = nullptr, *values = nullptr;  // of this layer
    float* attention = nullptr;
    std::int64_t attention_head_stride = 0;
};

struct HeadStep {
    const float *ln_w, *ln_b, *weight;
    std::int64_t width = 0, vocabulary = 0;
    const float* x = nullptr;
    float *normed = nullptr, *logits = nullptr;
};

template <int kLanes>
MARGINSCOPE_INLINE void layer_of(const LayerStep& s) {
    const std::int64_t width = s.width, size = s.width / s.heads;
    layer_norm<kLanes>(s.x, s.w.ln1_w, s.w.ln1_b, width, s.normed);
    linear<kLanes>(s.w.attn_w, s.w.attn_b, s.normed, width, 3 * width, s.qkv);
    for (std::int64_t head = 0; head < s.heads; ++head) {
        float* q = s.qkv + head * size;
        float* keys = s.keys + head * size * s.context;
        float* values = s.values + head * size * s.context;
        for (std::int64_t d = 0; d < size; ++d) {
            keys[d * s.context + s.position] = q[width + d];
            values[s.position * size + d] = q[2 * width + d];
        }
        float* scores =
            s.attention != nullptr ? s.attention + head * s.attention_head_stride : s.scores;
        attend<kLanes>(q, keys, values, size, s.context, s.position + 1, scores,
                       s.normed + head * size);
    }
    linear<kLanes, true>(s.w.proj_w, s.w.proj_b, s.normed, width, width, s.x);
    layer_norm<kLanes>(s.x, s.w.ln2_w, s.w.ln2_b, width, s.normed);
    linear<kLanes>(s.w.fc_w, s.w.fc_b, s.normed, width, 4 * width, s.inner);
    for (std::int64_t k = 0; k < 4 * width; ++k) s.inner[k] = kernels::gelu_of(s.inner[k]).value;
    linear<kLanes, true>(s.w.out_w, s.w.out_b, s.inner, 4 * width, width, s.x);
}

template <int kLanes>
MARGINSCOPE_INLINE void head_of(const HeadStep& s) {
    layer_norm<kLanes>(s.x, s.ln_w, s.ln_b, s.width, s.normed);
    linear<kLanes>(s.weight, nullptr, s.normed, s.width, s.vocabulary, s.logits);
}

template <int kLanes>
MARGINSCOPE_INLINE void layer_step_lanes(const LayerStep& s) {
    layer_of<simd::kCountOf<kLanes, float>>(s);
}
template <int kLanes>
MARGINSCOPE_INLINE void head_step_lanes(const HeadStep& s) {
    head_of<simd::kCountOf<kLanes, float>>(s);
}
MARGINSCOPE_KERNEL(void, layer_step, (const LayerStep& s), (s))
MARGINSCOPE_KERNEL(void, head_step, (const HeadStep& s), (s))

}  // namespace

CharTokenStep::CharTokenStep(const CharGpt& model) : model_(&model) {}

void CharTokenStep::run(int id, const float* delta, std::int64_t position,
                        const TokenStepBuffers& buffers) {
    const CharGpt& model = *model_;
    const ModelConfig& shape = model.shape();
    const std::int64_t width = shape.width, context = shape.context;
    assert(position < context);
    scratch_.resize(static_cast<std::size_t>(9 * width + context));
    LayerStep step;
    step.width = width;
    step.heads = shape.heads;
    step.context = context;
    step.position = position;
    step.x = scratch_.data();
    step.normed = step.x + width;
    step.qkv = step.normed + width;
    step.inner = step.qkv + 3 * width;
    step.scores = step.inner + 4 * width;
    step.attention_head_stride = buffers.attention_head_stride;
    const float* const token = pointer_to(model.token_embeddings()) + id * width;
    const float* const place = pointer_to(model.position_embeddings()) + position * width;
    for (std::int64_t c = 0; c < width; ++c) {
        step.x[c] = token[c] + place[c];
        if (delta != nullptr) step.x[c] += delta[c];
    }
    for (int layer = 0; layer < shape.layers; ++layer) {
        step.w = layer_pointers(model.block(layer));
        step.keys = buffers.keys + layer * width * context;
        step.values = buffers.values + layer * width * context;
        if (buffers.attention != nullptr)
            step.attention = buffers.attention + layer * shape.heads * step.attention_head_stride;
        layer_step(step);
    }
    head_step({pointer_to(model.final_norm_weight()), pointer_to(model.final_norm_bias()),
               pointer_to(model.head_weight()), width, model.vocabulary(), step.x, step.normed,
               buffers.logits});
}

void CharTokenStep::run_many(std::span<const TokenStepInput> tokens) {
    columns_.run(*model_, tokens);
}

}  // namespace marginscope
