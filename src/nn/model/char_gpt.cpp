// The model's arithmetic: embeddings, blocks, head; and nanoGPT's initial values.
#include "nn/model/char_gpt.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cassert>
#include <cmath>
#include <utility>

#include "nn/model/attention.h"
#include "nn/model/char_token_step.h"
#include "nn/model/gelu.h"

namespace marginscope {
namespace {

constexpr double kLayerNormEpsilon = 1e-5;
constexpr double kInitStd = 0.02;

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, kLayerNormEpsilon);
}

/// In the numbers that the options ask for.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const ForwardOptions& options) {
    if (options.products == at::kBFloat16 && weight.scalar_type() == at::kFloat) {
        const auto rough = [](const at::Tensor& t) { return t.to(at::kBFloat16); };
        return bias.defined() ? at::linear(rough(x), rough(weight), rough(bias))
                              : at::linear(rough(x), rough(weight));
    }
    return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

at::Tensor dropped(const at::Tensor& x, const ForwardOptions& options) {
    if (options.dropout <= 0.0) return x;
    assert(options.dropout_generator != nullptr);
    const double keep = 1.0 - options.dropout;
    at::Tensor mask = at::empty_like(x, at::TensorOptions().requires_grad(false));
    mask.bernoulli_(keep, *options.dropout_generator);
    return x * mask.mul_(1.0 / keep);
}

/// True where query t (at position past + t) must not see key s: (T, S).
at::Tensor future_mask(std::int64_t queries, std::int64_t keys, at::Device device) {
    return at::ones({queries, keys}, at::TensorOptions(device).dtype(at::kBool))
        .triu_(keys - queries + 1);
}

/// With the weights at hand: q (B, H, T, p), k and v (B, H, S, p) -> (B, H, T, p).
at::Tensor attend_explicitly(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const ForwardOptions& options, at::Tensor* weights) {
    const std::int64_t queries = q.size(2);
    const std::int64_t keys = k.size(2);
    at::Tensor scores =
        at::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));
    if (queries > 1) scores = scores.masked_fill(future_mask(queries, keys, q.device()), -INFINITY);
    const at::Tensor attention = at::softmax(scores, -1);  // (B, H, T, S)
    if (weights != nullptr) *weights = attention;
    return at::matmul(dropped(attention, options), v);
}

at::Tensor split_heads(const at::Tensor& x, int heads) {  // (B, T, C) -> (B, H, T, p)
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor join_heads(const at::Tensor& x) {  // (B, H, T, p) -> (B, T, C)
    return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

}  // namespace

CharGpt::CharGpt(const ModelConfig& shape, int vocabulary, std::uint64_t seed, at::Device device,
                 at::ScalarType dtype) {
    const double residual_std = kInitStd / std::sqrt(2.0 * shape.layers);
    at::Generator generator = at::detail::createCPUGenerator(seed);
    *this = from_values(shape, vocabulary, [&](const ParameterInfo& parameter) {
        const at::Tensor value = at::empty(parameter.sizes, at::kFloat);
        switch (parameter.first) {
            case FirstValue::normal:
                return value.normal_(0.0, kInitStd, generator).to(device, dtype);
            case FirstValue::residual:
                return value.normal_(0.0, residual_std, generator).to(device, dtype);
            case FirstValue::ones:
                return value.fill_(1.0).to(device, dtype);
            case FirstValue::zeros:
                break;
        }
        return value.zero_().to(device, dtype);
    });
}

CharGpt CharGpt::from_values(const ModelConfig& shape, int vocabulary,
                             const std::function<at::Tensor(const ParameterInfo&)>& value_of) {
    assert(vocabulary > 0 && shape.layers > 0 && shape.width % shape.heads == 0);
    at::NoGradGuard no_grad;
    CharGpt made;
    made.shape_ = shape;
    made.vocabulary_ = vocabulary;
    for (const ParameterInfo& parameter : parameter_list(shape, vocabulary))
        made.parameters_.push_back({parameter.name, value_of(parameter).set_requires_grad(true)});
    made.bind_blocks();
    return made;
}

void CharGpt::bind_blocks() {
    std::size_t at = 0;
    const auto next = [&] { return parameters_[at++].value; };
    const auto next_bias = [&] { return shape_.bias ? next() : at::Tensor(); };
    wte_ = next();
    wpe_ = next();
    blocks_.clear();
    for (int layer = 0; layer < shape_.layers; ++layer) {
        BlockWeights block;  // in the order of the constructor
        block.ln1_w = next();
        block.ln1_b = next_bias();
        block.attn_w = next();
        block.attn_b = next_bias();
        block.proj_w = next();
        block.proj_b = next_bias();
        block.ln2_w = next();
        block.ln2_b = next_bias();
        block.fc_w = next();
        block.fc_b = next_bias();
        block.out_w = next();
        block.out_b = next_bias();
        blocks_.push_back(std::move(block));
    }
    lnf_w_ = next();
    lnf_b_ = next_bias();
    head_ = shape_.tied ? wte_ : next();
    assert(at == parameters_.size());
}

CharGpt CharGpt::with_values(const std::function<at::Tensor(const at::Tensor&)>& value_of) const {
    at::NoGradGuard no_grad;
    CharGpt other;
    other.shape_ = shape_;
    other.vocabulary_ = vocabulary_;
    for (const NamedTensor& parameter : parameters_)
        other.parameters_.push_back(
            {parameter.name, value_of(parameter.value.detach()).set_requires_grad(true)});
    other.bind_blocks();
    return other;
}

CharGpt CharGpt::clone(at::Device device, at::ScalarType dtype) const {
    return with_values(
        [&](const at::Tensor& value) { return value.to(device, dtype, false, true); });
}

CharGpt CharGpt::alias() const {
    return with_values([](const at::Tensor& value) { return value; });
}

std::int64_t CharGpt::parameter_count() const {
    std::int64_t count = 0;
    for (const NamedTensor& parameter : parameters_) count += parameter.value.numel();
    return count;
}

at::Tensor CharGpt::embed(const at::Tensor& ids, std::int64_t first_position) const {
    const std::int64_t time = ids.size(1);
    assert(first_position + time <= shape_.context);
    return at::embedding(wte_, ids) + wpe_.narrow(0, first_position, time);  // (B, T, C) + (T, C)
}

at::Tensor CharGpt::embed_exactly(const at::Tensor& ids, std::int64_t first_position) const {
    const std::int64_t time = ids.size(1);
    assert(first_position + time <= shape_.context);
    return at::embedding(wte_, ids).to(at::kDouble) +
           wpe_.narrow(0, first_position, time).to(at::kDouble);
}

at::Tensor CharGpt::token_vectors(const at::Tensor& ids) const { return at::embedding(wte_, ids); }

AttentionWeights CharGpt::attention_weights(int layer) const {
    const BlockWeights& w = block(layer);
    const std::int64_t width = shape_.width, heads = shape_.heads, size = width / heads;
    const auto weight = [&](std::int64_t part) {
        return w.attn_w.narrow(0, part * width, width).view({heads, size, width});
    };
    const auto bias = [&](std::int64_t part) {
        return w.attn_b.defined() ? w.attn_b.narrow(0, part * width, width).view({heads, size})
                                  : at::Tensor();
    };
    return {weight(0),
            weight(1),
            weight(2),
            bias(0),
            bias(1),
            bias(2),
            w.proj_w.view({width, heads, size}).transpose(0, 1)};
}

std::unique_ptr<TokenStep> CharGpt::token_step() const {
    const bool plain = device().is_cpu() && dtype() == at::kFloat;
    return plain ? std::make_unique<CharTokenStep>(*this) : nullptr;
}

at::Tensor CharGpt::block_forward(int layer, const at::Tensor& x, KeyValue* past,
                                  const ForwardOptions& options) const {
    const BlockWeights& w = block(layer);
    at::Tensor u = layer_norm(x, w.ln1_w, w.ln1_b);
    if (options.on_attention_input) u = options.on_attention_input(layer, u);
    const at::Tensor qkv = linear(u, w.attn_w, w.attn_b, options);  // (B, T, 3C)
    const bool follows = past != nullptr && past->length() > 0;
    const bool want_weights = options.tap != nullptr && options.tap->attention;
    LayerTap seen{u, {}, {}, {}, {}};
    at::Tensor attended;  // (B, T, C)
    if (past != nullptr || options.tap != nullptr || options.dropout > 0.0) {
        const auto parts = qkv.split(shape_.width, 2);
        seen.q = split_heads(parts[0], shape_.heads);  // (B, H, T, p)
        seen.k = split_heads(parts[1], shape_.heads);
        seen.v = split_heads(parts[2], shape_.heads);
    }
    if (follows) {
        seen.k = at::cat({past->k, seen.k}, 2);
        seen.v = at::cat({past->v, seen.v}, 2);
    }
    if (past != nullptr) *past = {seen.k, seen.v};
    if (follows || want_weights || options.dropout > 0.0)
        attended = join_heads(attend_explicitly(seen.q, seen.k, seen.v, options,
                                                want_weights ? &seen.attention : nullptr));
    else
        attended = causal_attention(qkv, shape_.heads);
    attended = dropped(linear(attended, w.proj_w, w.proj_b, options), options);
    if (options.on_attention) attended = options.on_attention(layer, attended);
    at::Tensor y = x + attended;
    const at::Tensor inner =
        exact_gelu(linear(layer_norm(y, w.ln2_w, w.ln2_b), w.fc_w, w.fc_b, options));
    y = y + dropped(linear(inner, w.out_w, w.out_b, options), options);
    if (options.on_residual) y = options.on_residual(layer, y);
    if (options.tap != nullptr) options.tap->layers.push_back(std::move(seen));
    return y;
}

at::Tensor CharGpt::hidden_from_embeddings(const at::Tensor& u,
                                           const ForwardOptions& options) const {
    if (options.tap != nullptr) options.tap->layers.clear();
    if (options.cache != nullptr) options.cache->resize(static_cast<std::size_t>(shape_.layers));
    at::Tensor x = dropped(u, options);
    for (int layer = 0; layer < shape_.layers; ++layer) {
        KeyValue* past =
            options.cache != nullptr ? &(*options.cache)[static_cast<std::size_t>(layer)] : nullptr;
        x = block_forward(layer, x, past, options);
    }
    return last_norm(x);
}

at::Tensor CharGpt::last_norm(const at::Tensor& stream) const {
    return layer_norm(stream, lnf_w_, lnf_b_);
}

at::Tensor CharGpt::head(const at::Tensor& hidden, const ForwardOptions& options) const {
    return linear(hidden, head_, {}, options).to(dtype());
}

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
    return at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), targets.reshape(-1));
}

}  // namespace marginscope
