// CharGpt: nanoGPT's decoder-only transformer with its parameter names, shapes and initial values,
// in plain ATen. Threads and shapes: language_model.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "nn/model/language_model.h"
#include "nn/model/parameter_list.h"

namespace marginscope {

struct NamedTensor {
    std::string name;
    at::Tensor value;
};

/// The weights of one block; the same tensors as in parameters(). Biases are undefined when the
/// config has none.
struct BlockWeights {
    at::Tensor ln1_w, ln1_b;
    at::Tensor attn_w, attn_b;  // (3C, C): rows of q, k, v in this order
    at::Tensor proj_w, proj_b;  // (C, C): W_O^h is its columns hp … (h+1)p-1
    at::Tensor ln2_w, ln2_b;
    at::Tensor fc_w, fc_b;    // (4C, C)
    at::Tensor out_w, out_b;  // (C, 4C)
};

class CharGpt final : public LanguageModel {
public:
    /// Normal(0, 0.02) weights, residual projections scaled by 1/sqrt(2L), from a generator of its
    /// own: equal seeds give equal weights on every device.
    CharGpt(const ModelConfig& shape, int vocabulary, std::uint64_t seed,
            at::Device device = at::kCPU, at::ScalarType dtype = at::kFloat);
    /// Of values that are already there (a file's), one for each entry of parameter_list(), none of
    /// them shared; all on one device and of one type.
    static CharGpt from_values(const ModelConfig& shape, int vocabulary,
                               const std::function<at::Tensor(const ParameterInfo&)>& value_of);
    CharGpt(CharGpt&&) = default;
    CharGpt& operator=(CharGpt&&) = default;
    /// A copy that shares nothing with this model.
    CharGpt clone(at::Device device, at::ScalarType dtype) const;
    /// The same weights in the same memory, with gradients of their own.
    CharGpt alias() const;

    const ModelConfig& shape() const override { return shape_; }
    int vocabulary() const override { return vocabulary_; }
    at::Device device() const override { return wte_.device(); }
    at::ScalarType dtype() const override { return wte_.scalar_type(); }

    /// nanoGPT's names, in nanoGPT's order; a head of its own comes last, a tied one is wte and not
    /// listed. Change values in place only: the blocks hold the same tensors.
    std::vector<NamedTensor>& parameters() { return parameters_; }
    const std::vector<NamedTensor>& parameters() const { return parameters_; }
    const at::Tensor& token_embeddings() const { return wte_; }     // (V, C)
    const at::Tensor& position_embeddings() const { return wpe_; }  // (context, C)
    const at::Tensor& head_weight() const { return head_; }         // (V, C); tied: that of wte
    const at::Tensor& final_norm_weight() const { return lnf_w_; }  // (C)
    const at::Tensor& final_norm_bias() const { return lnf_b_; }    // (C) or undefined
    const BlockWeights& block(int layer) const { return blocks_[static_cast<std::size_t>(layer)]; }
    std::int64_t parameter_count() const;

    /// u = wte[ids] + wpe (B, T, C).
    at::Tensor embed(const at::Tensor& ids, std::int64_t first_position = 0) const override;
    at::Tensor embed_exactly(const at::Tensor& ids, std::int64_t first_position = 0) const override;
    at::Tensor token_vectors(const at::Tensor& ids) const override;
    at::Tensor hidden_from_embeddings(const at::Tensor& u,
                                      const ForwardOptions& options = {}) const override;
    at::Tensor last_norm(const at::Tensor& stream) const override;
    at::Tensor head(const at::Tensor& hidden, const ForwardOptions& options = {}) const override;
    AttentionWeights attention_weights(int layer) const override;
    std::unique_ptr<TokenStep> token_step() const override;  // on the CPU, in float32

    /// One block, x (B, T, C) -> (B, T, C); `past` is its entry of the cache.
    at::Tensor block_forward(int layer, const at::Tensor& x, KeyValue* past,
                             const ForwardOptions& options = {}) const;

private:
    CharGpt() = default;
    CharGpt with_values(const std::function<at::Tensor(const at::Tensor&)>& value_of) const;
    void bind_blocks();

    ModelConfig shape_;
    int vocabulary_ = 0;
    std::vector<NamedTensor> parameters_;
    at::Tensor wte_, wpe_, lnf_w_, lnf_b_, head_;
    std::vector<BlockWeights> blocks_;
};

}  // namespace marginscope
