// Incremental decoding with a cache of keys and values, equal to a full forward pass of the same
// window.
//
// One thread (the one that owns the model). No gradients are recorded. Positions ("index") count
// tokens of the whole text from 0; the model sees a window of it. Legend of shapes:
// language_model.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/stage/margins.h"
#include "nn/model/language_model.h"

namespace marginscope {

/// First index that the model still sees when the text has `length` tokens: the window that the
/// last of them belongs to by WindowRule::half (core/text_windows.h). When the context is full the
/// last half is kept and moves to its start; a function of the length alone, so that going back
/// finds the same windows again.
std::size_t decode_window_begin(std::size_t length, std::size_t context);

class Decoder {
public:
    /// How several tokens are read at once. `pass`: in one pass of the model, which is quickest.
    /// `steps`: one after the other, so that every number is the same to the last bit however the
    /// text came to be (where the model has a TokenStep: on the CPU in float32).
    enum class Reading { pass, steps };

    /// `model` must outlive the decoder and keep its weights; after a change of weights call
    /// clear().
    explicit Decoder(const LanguageModel& model, Reading reading = Reading::pass);
    // A copy would write to the same cache.
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    Decoder(Decoder&&) = default;
    Decoder& operator=(Decoder&&) = default;

    /// Called before every pass over new tokens with their u (1, T, C) and the index of the first:
    /// what it returns is read instead, and it may hook into the pass. What it does to a token must
    /// follow from the token's index. Only while the text is empty.
    using Perturbation =
        std::function<at::Tensor(const at::Tensor& u, std::size_t first, ForwardOptions& options)>;
    void perturb(Perturbation change);

    /// Adds tokens (ids already checked) and returns the logits (V) that follow the last of them:
    /// on the CPU, in the model's type, owned by the caller. `delta` (n, C), optional, is added to
    /// their embeddings at the input and stays with them when the window moves. Appending nothing
    /// returns logits(). Empty text and no ids: asserts.
    at::Tensor append(std::span<const int> ids, const at::Tensor& delta = {});
    /// Goes back to the first `length` tokens: the logits, attention and cache are those of that
    /// moment, bit for bit while it lies within the current window or the last few before it,
    /// otherwise computed again.
    void truncate(std::size_t length);
    void clear();

    int context() const { return model_->shape().context; }
    std::size_t length() const { return ids_.size(); }
    std::size_t window_begin() const { return window_.begin; }
    std::size_t window_length() const { return ids_.size() - window_.begin; }
    const std::vector<int>& ids() const { return ids_; }
    /// What is added to a token's embedding (C); undefined where nothing is.
    const at::Tensor& delta(std::size_t index) const { return deltas_[index]; }
    /// Whether something was added to the embedding of the last token.
    bool last_is_moved() const { return !deltas_.empty() && deltas_.back().defined(); }

    /// Logits (V) after the last token; undefined when there is none.
    at::Tensor logits() const;
    /// Logits (window_length, V) after each token of the window.
    at::Tensor window_logits() const;
    /// The same after `count` tokens from the window's `first` on: (count, V).
    at::Tensor logits_after(std::size_t first, std::size_t count) const;

    /// Keeps attention rows from now on; what is in the window is computed again.
    void capture_attention(bool on);
    /// (L, H, n, n) float32 on the CPU for the window, rows sum to 1, keys after the query are NaN;
    /// needs capturing.
    at::Tensor attention() const;

    /// u (n, C) of the window in float64, deltas included: what core::Stage takes.
    Matrix window_embeddings() const;
    /// The same for the window that the text will have when one more token is appended, without
    /// that token.
    Matrix next_window_embeddings() const;
    /// Row k: u of ids[k] as that next token.
    Matrix next_embeddings(std::span<const int> ids) const;

private:
    // Rooms for a whole context, of which the first `length` positions are filled. What lies behind
    // them is not defined.
    struct Window {
        std::size_t begin = 0;
        std::size_t length = 0;
        at::Tensor keys;       // (L, H, p, context) and
        at::Tensor values;     // (L, H, context, p): the model's type and device
        at::Tensor logits;     // (context, V) on the CPU, in the model's type
        at::Tensor attention;  // (L, H, context, context) float32 on the CPU; if captured
    };

    void make_room(Window& window) const;
    void extend_window();
    void extend_by_step();
    void extend_by_pass();
    at::Tensor embeddings(std::size_t begin, std::size_t end, std::size_t first_position) const;
    Matrix embeddings_f64(std::size_t begin, std::size_t end) const;

    const LanguageModel* model_;
    std::vector<int> ids_;
    std::vector<at::Tensor> deltas_;  // (C) per token, undefined: none
    Window window_;
    std::vector<Window> earlier_;  // the last few windows, as they were when they were left
    bool capture_ = false;
    std::unique_ptr<TokenStep> step_;  // null: the model has none
    Reading reading_;
    Perturbation perturb_;  // empty: none
};

}  // namespace marginscope
