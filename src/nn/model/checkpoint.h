// A model with its vocabulary and stage, and how it goes to disk and comes back.
//
// Files are safetensors (files/safetensors.h): nanoGPT's names; stage.W_Q, stage.W_K,
// stage.log_sigma, stage.input_scale; barrier.* for what the barrier's own site trains; optim.* for
// a training's state. __metadata__ holds format "1", config, vocabulary, step. No memory is taken
// for a model before every name, type and shape is right, and every value read must be a finite
// number; what is wrong is a UserError with one sentence.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "files/safetensors.h"
#include "nn/model/char_gpt.h"
#include "nn/model/embedding_stage.h"
#include "text/vocabulary.h"

namespace marginscope {

struct Model {
    CharGpt gpt;
    Vocabulary vocabulary;
    std::optional<EmbeddingStage> stage;    // likelihood-fitted, over the embeddings
    std::optional<EmbeddingStage> barrier;  // the barrier's own stage, where that is another one
    RunConfig config;
    std::int64_t step = 0;

    Model clone() const;  // on the same device, shares nothing
    // What most users need to know of it.
    const LanguageModel& language() const { return gpt; }
    const Tokenizer& tokenizer() const { return vocabulary; }
};

/// A checkpoint file, or a run folder's final or newest one.
Model load_model(const std::filesystem::path& file_or_run, at::Device device = at::kCPU);
/// Weights, stage and metadata, without a training's state. UserError, and nothing written, where a
/// value is not finite.
void save_model(const Model& model, const std::filesystem::path& file);

/// The same in two parts, for a training that adds its own tensors and metadata. `source` is the
/// file as sentences name it (core/shown.h).
SafeTensors model_to_file(const Model& model);
Model model_from_file(const SafeTensors& file, const std::string& source,
                      at::Device device = at::kCPU);

/// Before writing: UserError that names `target` and the first tensor with a value that is not
/// finite.
void check_finite(const SafeTensors& file, const std::filesystem::path& target);

/// A tensor's values as they are, row by row; and back in place, where name, type and shape must be
/// right.
TensorData tensor_to_file(const std::string& name, const at::Tensor& tensor);
void tensor_from_file(const SafeTensors& file, const std::string& source, const std::string& name,
                      const at::Tensor& destination);

}  // namespace marginscope
