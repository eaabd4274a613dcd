// Several texts of one length, read side by side in one pass of the model: what enumeration,
// particles and several draws of noise are made of. Each text keeps its own cache; a text that is
// selected twice is two texts from then on.
//
// One thread (the one that owns the model). No gradients are recorded. The windows are the
// decoder's (decode_window_begin), so a text has the same law here and there, up to the rounding of
// the model's type. Legend of shapes: language_model.h; B texts here.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/linear/matrix.h"
#include "nn/model/language_model.h"
#include "nn/probability/text_rooms.h"

namespace marginscope {

class SequenceBatch {
public:
    /// Called before every pass over new tokens with their u (B, t, C) and the index of the first:
    /// what it returns is read instead. What it does must follow from text and index.
    using Perturbation = std::function<at::Tensor(const at::Tensor& u, std::size_t first)>;

    /// `model` must outlive the batch and keep its weights.
    explicit SequenceBatch(const LanguageModel& model, Perturbation change = {});

    /// `texts` times the same tokens; what was there before is gone. `ids` is not empty.
    void start(std::span<const int> ids, std::size_t texts = 1);
    /// ids (B, t) int64 on the CPU, t >= 1: row b follows text b. Returns the logits (B, t, V)
    /// after each of them, on the CPU in the model's type.
    at::Tensor extend(const at::Tensor& ids);
    /// The same token after each text, or one token of its own for each: extend() with t = 1.
    void append(std::span<const int> tokens);
    /// Text k of the new batch is text from[k] of the old one.
    void select(std::span<const std::int64_t> from);

    std::size_t size() const { return static_cast<std::size_t>(ids_.size(0)); }
    std::size_t length() const { return static_cast<std::size_t>(ids_.size(1)); }
    std::vector<int> ids(std::size_t text) const;
    /// What follows the last token: (B, V), on the CPU in the model's type.
    const at::Tensor& logits() const { return logits_; }
    /// log p of what follows, float64: (B, V).
    at::Tensor log_probabilities() const;

    /// u in float64 of text `text` in the window that the next token will stand in, without it:
    /// what core::Stage takes. Unperturbed.
    Matrix next_window_embeddings(std::size_t text) const;

private:
    void make_empty();
    void clear_window();
    std::size_t read_of_window() const;
    at::Tensor read_on(std::size_t first, std::size_t end);
    at::Tensor pass(std::size_t first, std::size_t end);

    const LanguageModel* model_;
    Perturbation change_;
    at::Tensor ids_;  // (B, length) int64 on the CPU
    // What was read of the window: by the model's TokenStep, where there is one and nothing is
    // perturbed, else by its pass, one entry a layer.
    std::optional<TextRooms> rooms_;
    std::vector<KeyValue> cache_;
    std::size_t begin_ = 0;  // of the window
    at::Tensor logits_;      // (B, V)
};

}  // namespace marginscope
