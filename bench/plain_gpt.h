// The rival: the same char-GPT written with LibTorch's modules as a textbook does it, and its
// training.
//
// Same architecture, parameters and initial values as CharGpt (nanoGPT's: pre-LN, no biases, exact
// GELU, the head tied or its own), attention by matmul, mask, softmax, matmul; torch::optim::AdamW,
// LibTorch's gradient clipping and cross-entropy. In float32, on the device of the model it is made
// from; it decodes on the CPU. One thread. Shapes: B batch, T time, C width, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/run/run_config.h"
#include "nn/model/char_gpt.h"

namespace marginscope {

class PlainGpt {
public:
    /// The shape and a copy of the weights of `same`, which must have no biases (UserError).
    explicit PlainGpt(const CharGpt& same);
    PlainGpt(PlainGpt&&) noexcept;
    ~PlainGpt();

    at::Tensor embed(const at::Tensor& ids) const;                 // (B, T) -> (B, T, C)
    at::Tensor logits_from_embeddings(const at::Tensor& u) const;  // -> (B, T, V)
    /// Of the token after the last one: (B, V). The head sees that position alone.
    at::Tensor next_logits(const at::Tensor& ids) const;

    /// `prompt` continued by `tokens` ids, each the most likely one, from a pass over the whole
    /// window (the last `context` ids).
    std::vector<int> continued(std::span<const int> prompt, int tokens) const;

private:
    friend class PlainTraining;
    struct Net;
    std::shared_ptr<Net> net_;
};

class PlainTraining {
public:
    /// `ids` are the training text; `train` gives batch, rate (constant), decay, clip and betas.
    PlainTraining(const CharGpt& same, std::span<const int> ids, const TrainConfig& train);
    ~PlainTraining();

    /// What else is minimised, from the batch's embeddings (B, T, C): for the naive barrier.
    /// `parameters` are updated by an Adam of their own, as a stage's are.
    void add_loss(std::function<at::Tensor(const at::Tensor& u)> loss,
                  std::vector<at::Tensor> parameters, double lr);

    /// One update on random windows.
    void step();
    /// One update on this batch (B, T); the cross-entropy before it.
    double step_on(const at::Tensor& ids, const at::Tensor& targets);
    const PlainGpt& gpt() const { return gpt_; }

private:
    struct Optimizers;
    at::Tensor update(const at::Tensor& ids, const at::Tensor& targets);

    PlainGpt gpt_;
    at::Tensor text_;  // (length) int64
    TrainConfig train_;
    std::int64_t context_;
    std::unique_ptr<Optimizers> optimizers_;
    std::function<at::Tensor(const at::Tensor& u)> extra_;
};

}  // namespace marginscope
