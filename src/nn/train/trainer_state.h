// What a Trainer holds: data, optimizers, and their way to a checkpoint and back. Internal to nn.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/safetensors.h"
#include "nn/barrier/barrier.h"
#include "nn/model/checkpoint.h"
#include "nn/model/model_pass.h"
#include "nn/train/adamw.h"
#include "nn/train/stage_training.h"
#include "nn/train/trainer.h"

namespace marginscope {

struct Batch {
    at::Tensor ids, targets;  // (B, T) int64 on the device
};

/// What a step's backward pass leaves besides the gradients.
struct StepLoss {
    at::Tensor ce;
    BarrierTerms carried;
};

struct Trainer::State {
    State(std::shared_ptr<Model> trained, const Corpus& corpus);

    /// Draws of update `step` + 1, from (seed, step) alone.
    Batch training_batch(std::int64_t step) const;
    at::Tensor training_noise(std::int64_t step, at::IntArrayRef shape) const;  // N(0, 1)
    at::Generator dropout_generator(std::int64_t step) const;

    /// Gradients of cross-entropy and objective into parameters that have none. u (B, T, C): the
    /// batch's embeddings with their graph.
    StepLoss backward_in_full(const at::Tensor& u, const at::Tensor& targets);
    /// The same, the model's pass replayed from a recording; the first time it is made.
    StepLoss backward_from_record(const at::Tensor& u, const at::Tensor& targets);

    std::vector<AdamW*> optimizers();
    /// Clips and updates the stages' own parameters.
    void update_stages();

    SafeTensors save() const;
    /// Moments, counters and sigma averages; every name and shape is checked first.
    void restore(const SafeTensors& file, const std::string& name);

    std::shared_ptr<Model> model;
    TokenizedCorpus tokens;
    Batch evaluation;  // (windows, T)
    AdamW optimizer;
    std::vector<StageTraining> stages;  // the live one, then the barrier's own where it has one
    std::optional<RecordedPass> recorded;

    /// An update whose figures are on the device until they are read.
    struct Update {
        StepReport report;
        at::Tensor figures;  // undefined: they are in the report
        std::chrono::steady_clock::time_point began;
    };
    void keep(Update update);
    void read_figures();

    std::deque<Update> updates;  // not taken yet
    StepReport report;           // of the last one
};

/// `starts` windows of T + 1 ids, as inputs and targets one token later.
Batch batch_of(const TokenView& ids, const std::vector<std::size_t>& starts, std::int64_t time,
               at::Device device);

}  // namespace marginscope
