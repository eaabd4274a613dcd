// LanguageModel: all that decoding, margins, noise and the barrier know of a model. How its weights
// are packed, what a position adds to an embedding and what a token stands for are its own affair.
//
// Legend for all of src/nn: B batch, T time (positions of one pass), S attended positions (past +
// T), C width, H heads, p = C/H, V vocabulary, L layers. One thread at a time may use a model (the
// one that owns its tensors); whether gradients are recorded is the caller's at::GradMode. Ids must
// be checked on the CPU before they come here. One virtual call a pass or layer, none an element.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/run/run_config.h"
#include "nn/model/token_step.h"

namespace marginscope {

/// What attention of one layer has seen, for probes (E13-E15).
struct LayerTap {
    at::Tensor u;          // (B, T, C) output of the first LayerNorm: what attention reads
    at::Tensor q;          // (B, H, T, p)
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

/// One layer's attention, head by head: q = W_Q u + b_Q and so on; what head h adds to the stream
/// is W_O^h times its weighted values. Parts of the parameters: gradients arrive there.
struct AttentionWeights {
    at::Tensor w_q, w_k, w_v;  // (H, p, C)
    at::Tensor b_q, b_k, b_v;  // (H, p), undefined where the model has none
    at::Tensor w_o;            // (H, C, p)
};

class LanguageModel {
public:
    virtual ~LanguageModel() = default;

    virtual const ModelConfig& shape() const = 0;  // layers, heads, width, context
    virtual int vocabulary() const = 0;            // how many ids there are
    virtual at::Device device() const = 0;
    virtual at::ScalarType dtype() const = 0;

    /// ids (B, T) int64 -> u (B, T, C), what the first layer reads; the first column is at
    /// `first_position`.
    virtual at::Tensor embed(const at::Tensor& ids, std::int64_t first_position = 0) const = 0;
    /// The same, computed in float64 from the weights as they are.
    virtual at::Tensor embed_exactly(const at::Tensor& ids,
                                     std::int64_t first_position = 0) const = 0;
    /// ids (…) -> (…, C): what of u is the token's own, whatever its position. Its RMS is the unit
    /// of relative noise.
    virtual at::Tensor token_vectors(const at::Tensor& ids) const = 0;

    /// u (B, T, C) -> (B, T, C), all layers and the last norm; then head() where logits are wanted:
    /// (B, T, V). With a cache the new positions follow it, attend to it and are appended: the only
    /// code path there is, so cached and full passes agree.
    virtual at::Tensor hidden_from_embeddings(const at::Tensor& u,
                                              const ForwardOptions& options = {}) const = 0;
    /// What of hidden_from_embeddings() comes after the last layer: a residual stream (B, T, C), as
    /// on_residual sees it, to what head() takes.
    virtual at::Tensor last_norm(const at::Tensor& stream) const = 0;
    virtual at::Tensor head(const at::Tensor& hidden, const ForwardOptions& options = {}) const = 0;
    at::Tensor logits_from_embeddings(const at::Tensor& u,
                                      const ForwardOptions& options = {}) const {
        return head(hidden_from_embeddings(u, options), options);
    }

    virtual AttentionWeights attention_weights(int layer) const = 0;

    /// A quicker way for one new token, where the model has one as it stands; otherwise null. The
    /// model must outlive it.
    virtual std::unique_ptr<TokenStep> token_step() const { return nullptr; }

protected:
    LanguageModel() = default;
    LanguageModel(const LanguageModel&) = default;
    LanguageModel(LanguageModel&&) = default;
    LanguageModel& operator=(const LanguageModel&) = default;
    LanguageModel& operator=(LanguageModel&&) = default;
};

/// Mean cross-entropy in nats of targets (B, T) int64 under logits (B, T, V).
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace marginscope
