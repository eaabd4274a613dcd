// A language model of another kind than the product's: one layer, each head's weights in tensors of
// their own, embeddings that are scaled, no positions, no norms, a head of its own, no quicker
// step. What works through LanguageModel alone works with it.
#pragma once

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "nn/model/language_model.h"
#include "nn/normal_tensor.h"

namespace marginscope::testing_support {

class OtherModel : public LanguageModel {
public:
    OtherModel() {
        shape_ = ModelConfig{1, 2, 6, 10, false};
        std::uint64_t seed = 40;
        for (int head = 0; head < shape_.heads; ++head) {
            for (auto* weights : {&w_q_, &w_k_, &w_v_})
                weights->push_back(normal({3, 6}, 0.7, seed++));
            w_o_.push_back(normal({6, 3}, 0.7, seed++));
        }
        tokens_ = normal({kTokens, 6}, 1.0, seed++);
        head_ = normal({kTokens, 6}, 0.8, seed);
    }

    const ModelConfig& shape() const override { return shape_; }
    int vocabulary() const override { return kTokens; }
    at::Device device() const override { return at::kCPU; }
    at::ScalarType dtype() const override { return at::kDouble; }

    at::Tensor embed(const at::Tensor& ids, std::int64_t = 0) const override {
        return at::embedding(tokens_, ids) * 2.0;
    }
    at::Tensor embed_exactly(const at::Tensor& ids, std::int64_t first) const override {
        return embed(ids, first);
    }
    at::Tensor token_vectors(const at::Tensor& ids) const override { return embed(ids, 0); }

    at::Tensor hidden_from_embeddings(const at::Tensor& u,
                                      const ForwardOptions& options) const override {
        if (options.tap != nullptr) options.tap->layers.clear();
        if (options.cache != nullptr) options.cache->resize(1);
        at::Tensor read = u;
        if (options.on_attention_input) read = options.on_attention_input(0, read);
        KeyValue* const past = options.cache != nullptr ? options.cache->data() : nullptr;
        const std::int64_t before = past != nullptr ? past->length() : 0;
        LayerTap seen;
        seen.u = read;
        seen.q = projected(read, w_q_);
        seen.k = projected(read, w_k_);
        seen.v = projected(read, w_v_);
        if (before > 0) {
            seen.k = at::cat({past->k, seen.k}, 2);
            seen.v = at::cat({past->v, seen.v}, 2);
        }
        if (past != nullptr) *past = {seen.k, seen.v};
        const std::int64_t queries = seen.q.size(2), keys = seen.k.size(2);
        const at::Tensor hidden = at::ones({queries, keys}, at::kBool).triu_(keys - queries + 1);
        seen.attention = at::softmax((at::matmul(seen.q, seen.k.transpose(2, 3)) / std::sqrt(3.0))
                                         .masked_fill(hidden, -INFINITY),
                                     -1);
        at::Tensor out = u;
        const at::Tensor attended = at::matmul(seen.attention, seen.v);  // (B, H, T, p)
        for (int head = 0; head < shape_.heads; ++head)
            out = out +
                  at::matmul(attended.select(1, head), w_o_[static_cast<std::size_t>(head)].t());
        if (options.on_residual) out = options.on_residual(0, out);
        if (options.tap != nullptr) options.tap->layers.push_back(seen);
        return out;
    }
    at::Tensor last_norm(const at::Tensor& stream) const override { return stream; }
    at::Tensor head(const at::Tensor& hidden, const ForwardOptions&) const override {
        return at::matmul(hidden, head_.t());
    }
    AttentionWeights attention_weights(int) const override {
        return {at::stack(w_q_), at::stack(w_k_), at::stack(w_v_), {}, {}, {}, at::stack(w_o_)};
    }

    static constexpr int kTokens = 7;

private:
    static at::Tensor projected(const at::Tensor& u, const std::vector<at::Tensor>& weights) {
        std::vector<at::Tensor> heads;
        for (const at::Tensor& weight : weights) heads.push_back(at::matmul(u, weight.t()));
        return at::stack(heads, 1);
    }

    ModelConfig shape_;
    std::vector<at::Tensor> w_q_, w_k_, w_v_, w_o_;  // one a head
    at::Tensor tokens_, head_;
};

}  // namespace marginscope::testing_support
