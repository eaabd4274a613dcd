// CharGpt: nanoGPT's decoder-only transformer with its parameter names, shapes and initial values,
// in plain ATen.
//
// Legend for all of src/nn: B batch, T time (positions of one pass), S attended positions (past +
// T), C width, H heads, p = C/H, V vocabulary, L layers. One thread at a time may use a model (the
// one that owns its tensors); whether gradients are recorded is the caller's at::GradMode. Ids must
// be checked on the CPU before they come here.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "nn/model/parameter_list.h"

namespace marginscope {

struct NamedTensor {
    std::string name;
    at::Tensor value;
};

/// What attention of one layer has seen, for probes (E13-E15).
struct LayerTap {
    at::Tensor u;          // (B, T, C) output of the first LayerNorm: what attention reads
    at::Tensor qkv;        // (B, T, 3C) queries, keys and values of these positions, all heads
    at::Tensor q;          // (B, H, T, p), a part of qkv
    at::Tensor k, v;       // (B, H, S, p), the past of a cache included
    at::Tensor attention;  // (B, H, T, S), rows sum to 1; only with Tap::attention
};

struct Tap {
    bool attention = false;  // also collect the weights; attention is then explicit, not fused
    std::vector<LayerTap> layers;
};

/// Keys and values of the positions already seen, one layer. Empty tensors: none yet.
struct KeyValue {
    at::Tensor k, v;  // (B, H, S, p)
    std::int64_t length() const { return k.defined() ? k.size(2) : 0; }
};

/// What a pass may do besides computing; all off by default.
struct ForwardOptions {
    Tap* tap = nullptr;                      // filled with one entry per layer
    std::vector<KeyValue>* cache = nullptr;  // read and appended, one entry per layer
    // What matrix products take their factors in; norms, the residual stream and sums stay as the
    // weights are. float64 models ignore it.
    at::ScalarType products = at::kFloat;
    double dropout = 0.0;
    at::Generator* dropout_generator = nullptr;  // needed with dropout > 0
    // Changes to what a layer's attention reads (the first LayerNorm's output), to its output
    // (before it joins the residual stream) and to the stream after a whole layer; (B, T, C) in and
    // out.
    std::function<at::Tensor(int layer, const at::Tensor&)> on_attention_input;
    std::function<at::Tensor(int layer, const at::Tensor&)> on_attention;
    std::function<at::Tensor(int layer, const at::Tensor&)> on_residual;
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

class CharGpt {
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

    const ModelConfig& shape() const { return shape_; }
    int vocabulary() const { return vocabulary_; }
    at::Device device() const { return wte_.device(); }
    at::ScalarType dtype() const { return wte_.scalar_type(); }

    /// nanoGPT's names, in nanoGPT's order; lm_head is tied to wte and not listed. Change values in
    /// place only: the blocks hold the same tensors.
    std::vector<NamedTensor>& parameters() { return parameters_; }
    const std::vector<NamedTensor>& parameters() const { return parameters_; }
    const at::Tensor& token_embeddings() const { return wte_; }     // (V, C)
    const at::Tensor& position_embeddings() const { return wpe_; }  // (context, C)
    const at::Tensor& final_norm_weight() const { return lnf_w_; }  // (C)
    const at::Tensor& final_norm_bias() const { return lnf_b_; }    // (C) or undefined
    const BlockWeights& block(int layer) const { return blocks_[static_cast<std::size_t>(layer)]; }
    std::int64_t parameter_count() const;

    /// ids (B, T) int64 -> u = wte[ids] + wpe (B, T, C); the first column is at `first_position`.
    at::Tensor embed(const at::Tensor& ids, std::int64_t first_position = 0) const;
    /// u (B, T, C) -> (B, T, V).
    at::Tensor logits_from_embeddings(const at::Tensor& u,
                                      const ForwardOptions& options = {}) const;
    /// The same without the head: the last LayerNorm's output (B, T, C); then head() where logits
    /// are wanted.
    at::Tensor hidden_from_embeddings(const at::Tensor& u,
                                      const ForwardOptions& options = {}) const;
    at::Tensor head(const at::Tensor& hidden, const ForwardOptions& options = {}) const;

    /// One block, x (B, T, C) -> (B, T, C). With a cache entry in `past` the new positions follow
    /// it, attend to it and are appended: the only code path there is, so cached and full passes
    /// agree.
    at::Tensor block_forward(int layer, const at::Tensor& x, KeyValue* past,
                             const ForwardOptions& options = {}) const;

private:
    CharGpt() = default;
    CharGpt with_values(const std::function<at::Tensor(const at::Tensor&)>& value_of) const;
    void bind_blocks();

    ModelConfig shape_;
    int vocabulary_ = 0;
    std::vector<NamedTensor> parameters_;
    at::Tensor wte_, wpe_, lnf_w_, lnf_b_;
    std::vector<BlockWeights> blocks_;
};

/// Mean cross-entropy in nats of targets (B, T) int64 under logits (B, T, V).
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace marginscope
