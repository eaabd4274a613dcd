// Many tokens' arithmetic, a block of columns at a time.
#include "nn/model/char_token_columns.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "core/linear/tile.h"
#include "nn/kernels/attend_kernel.h"
#include "nn/kernels/token_kernels.h"
#include "nn/model/char_pointers.h"

namespace marginscope {
namespace {

template <int kLanes>
using Vector = token_kernels::Vector<kLanes>;

// Columns at once: a layer's activations stay near the processor, and its weights are read seldom.
constexpr std::int64_t kColumns = 32;

struct Norm {
    const float *w, *b;  // b may be null
};

// A block of tokens on its way through the layers. Matrices are `stride` columns wide, those beyond
// `count` hold zeros or what follows from zeros.
struct Block {
    const TokenStepInput* tokens = nullptr;
    std::int64_t count = 0, stride = 0;
    std::int64_t width = 0, heads = 0, context = 0;
    float* x = nullptr;       // (C, stride) the residual stream
    float* normed = nullptr;  // (C, stride)
    float* qkv = nullptr;     // (3C, stride)
    float* inner = nullptr;   // (4C, stride); before that q, k, v and what is attended to, as rows
    float* scores = nullptr;  // (context)
};

template <int kLanes>
MARGINSCOPE_INLINE void norm_of(const Block& block, const Norm& norm) {
    const auto n = static_cast<float>(block.width);
    for (std::int64_t c = 0; c < block.stride; c += kLanes) {
        Vector<kLanes> sum{}, squares{};
        for (std::int64_t k = 0; k < block.width; ++k)
            sum += simd::pack<kLanes>(block.x + k * block.stride + c);
        const Vector<kLanes> mean = sum / n;
        for (std::int64_t k = 0; k < block.width; ++k) {
            const Vector<kLanes> apart = simd::pack<kLanes>(block.x + k * block.stride + c) - mean;
            squares += apart * apart;
        }
        Vector<kLanes> scale{};
        for (int lane = 0; lane < kLanes; ++lane)
            scale[lane] = 1.0f / std::sqrt(squares[lane] / n + token_kernels::kLayerNormEpsilon);
        for (std::int64_t k = 0; k < block.width; ++k) {
            Vector<kLanes> y =
                (simd::pack<kLanes>(block.x + k * block.stride + c) - mean) * scale * norm.w[k];
            if (norm.b != nullptr) y += norm.b[k];
            simd::pack<kLanes>(block.normed + k * block.stride + c) = y;
        }
    }
}

// rows (count, from) = the first `from` rows of columns (from, stride), and back: tokens as rows
// are what attention reads. Sixteen rows at a time, which stay near the processor.
constexpr std::int64_t kTurned = 16;
MARGINSCOPE_INLINE void to_rows(const Block& block, const float* columns, std::int64_t from,
                                float* rows) {
    for (std::int64_t k0 = 0; k0 < from; k0 += kTurned)
        for (std::int64_t c = 0; c < block.count; ++c)
            for (std::int64_t k = k0; k < k0 + kTurned && k < from; ++k)
                rows[c * from + k] = columns[k * block.stride + c];
}
MARGINSCOPE_INLINE void to_columns(const Block& block, const float* rows, std::int64_t from,
                                   float* columns) {
    for (std::int64_t k0 = 0; k0 < from; k0 += kTurned)
        for (std::int64_t c = 0; c < block.count; ++c)
            for (std::int64_t k = k0; k < k0 + kTurned && k < from; ++k)
                columns[k * block.stride + c] = rows[c * from + k];
}

// One token's share of a layer between its two products: its keys and values join its cache, then
// it attends to what is there. q, k, v of the token; `out` (C).
template <int kLanes>
MARGINSCOPE_INLINE void attend_one(const Block& block, const TokenStepInput& token,
                                   std::int64_t layer, float* qkv, float* out) {
    const std::int64_t width = block.width, size = width / block.heads, context = block.context;
    for (std::int64_t head = 0; head < block.heads; ++head) {
        const std::int64_t offset = layer * width * context + head * size * context;
        float *const keys = token.buffers.keys + offset, *const values =
                                                             token.buffers.values + offset;
        float* const q = qkv + head * size;
        for (std::int64_t d = 0; d < size; ++d) {
            keys[d * context + token.position] = q[width + d];
            values[token.position * size + d] = q[2 * width + d];
        }
        float* const scores =
            token.buffers.attention != nullptr
                ? token.buffers.attention +
                      (layer * block.heads + head) * token.buffers.attention_head_stride
                : block.scores;
        token_kernels::attend<kLanes>(q, keys, values, size, context, token.position + 1, scores,
                                      out + head * size);
    }
}

template <int kLanes>
MARGINSCOPE_INLINE void attention_of(const Block& block, std::int64_t layer) {
    float *const qkv = block.inner, *const out = qkv + 3 * block.width * block.count;
    to_rows(block, block.qkv, 3 * block.width, qkv);
    for (std::int64_t c = 0; c < block.count; ++c)
        attend_one<kLanes>(block, block.tokens[c], layer, qkv + c * 3 * block.width,
                           out + c * block.width);
    to_columns(block, out, block.width, block.normed);
}

template <int kLanes>
MARGINSCOPE_INLINE void gelu_of_inner(const Block& block) {
    const std::int64_t n = 4 * block.width * block.stride;
    for (std::int64_t k = 0; k < n; ++k) block.inner[k] = kernels::gelu_of(block.inner[k]).value;
}

template <int kLanes>
MARGINSCOPE_INLINE void norm_step_lanes(const Block& block, const Norm& norm) {
    norm_of<simd::kCountOf<kLanes, float>>(block, norm);
}
template <int kLanes>
MARGINSCOPE_INLINE void attention_step_lanes(const Block& block, std::int64_t layer) {
    attention_of<simd::kCountOf<kLanes, float>>(block, layer);
}
template <int kLanes>
MARGINSCOPE_INLINE void gelu_step_lanes(const Block& block) {
    gelu_of_inner<kLanes>(block);
}
MARGINSCOPE_KERNEL(void, norm_step, (const Block& block, const Norm& norm), (block, norm))
MARGINSCOPE_KERNEL(void, attention_step, (const Block& block, std::int64_t layer), (block, layer))
MARGINSCOPE_KERNEL(void, gelu_step, (const Block& block), (block))

// out = or += W in + b for all columns; W (rows, terms).
void product(const Block& block, const float* w, const float* b, std::int64_t rows,
             std::int64_t terms, const float* in, float* out, linear::Into into) {
    linear::multiply({w, terms, 1}, in, block.stride, out, block.stride,
                     {.rows = rows, .columns = block.stride, .terms = terms}, into);
    if (b == nullptr) return;
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < block.stride; ++c) out[r * block.stride + c] += b[r];
}

void embed(const CharGpt& model, const Block& block) {
    const float* const tokens = pointer_to(model.token_embeddings());
    const float* const places = pointer_to(model.position_embeddings());
    std::fill_n(block.x, block.width * block.stride, 0.0f);
    for (std::int64_t column = 0; column < block.count; ++column) {
        const TokenStepInput& token = block.tokens[column];
        assert(token.position < block.context);
        for (std::int64_t k = 0; k < block.width; ++k) {
            float u = tokens[token.id * block.width + k] + places[token.position * block.width + k];
            if (token.delta != nullptr) u += token.delta[k];
            block.x[k * block.stride + column] = u;
        }
    }
}

void layer_of(const CharGpt& model, const Block& block, int layer) {
    const LayerPointers w = layer_pointers(model.block(layer));
    const std::int64_t width = block.width;
    norm_step(block, {w.ln1_w, w.ln1_b});
    product(block, w.attn_w, w.attn_b, 3 * width, width, block.normed, block.qkv,
            linear::Into::replace);
    attention_step(block, layer);
    product(block, w.proj_w, w.proj_b, width, width, block.normed, block.x, linear::Into::add);
    norm_step(block, {w.ln2_w, w.ln2_b});
    product(block, w.fc_w, w.fc_b, 4 * width, width, block.normed, block.inner,
            linear::Into::replace);
    gelu_step(block);
    product(block, w.out_w, w.out_b, width, 4 * width, block.inner, block.x, linear::Into::add);
}

void head_of(const CharGpt& model, const Block& block, float* logits) {
    norm_step(block, {pointer_to(model.final_norm_weight()), pointer_to(model.final_norm_bias())});
    const std::int64_t vocabulary = model.vocabulary();
    product(block, pointer_to(model.head_weight()), nullptr, vocabulary, block.width, block.normed,
            logits, linear::Into::replace);
    for (std::int64_t column = 0; column < block.count; ++column)
        for (std::int64_t v = 0; v < vocabulary; ++v)
            block.tokens[column].buffers.logits[v] = logits[v * block.stride + column];
}

}  // namespace

void CharTokenColumns::run(const CharGpt& model, std::span<const TokenStepInput> tokens) {
    const ModelConfig& shape = model.shape();
    const std::int64_t width = shape.width, vocabulary = model.vocabulary();
    const std::int64_t rows = 9 * width + vocabulary;
    float* const scratch =
        scratch_.at_least(static_cast<std::size_t>(rows * kColumns + 4 * width + shape.context));
    for (std::size_t first = 0; first < tokens.size(); first += kColumns) {
        Block block;
        block.tokens = tokens.data() + first;
        block.count = std::min(kColumns, static_cast<std::int64_t>(tokens.size() - first));
        block.stride = linear::padded_columns<float>(block.count);
        block.width = width;
        block.heads = shape.heads;
        block.context = shape.context;
        block.x = scratch;
        block.normed = block.x + width * block.stride;
        block.qkv = block.normed + width * block.stride;
        block.inner = block.qkv + 3 * width * block.stride;
        float* const logits = block.inner + 4 * width * block.stride;
        block.scores = logits + vocabulary * block.stride;
        embed(model, block);
        for (int layer = 0; layer < shape.layers; ++layer) layer_of(model, block, layer);
        head_of(model, block, logits);
    }
}

}  // namespace marginscope
