// How a stage trains along: an optimizer for its matrices, another for sigma, and their way to a
// checkpoint and back. Internal to nn/train. One thread, the model's.
#pragma once

#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "nn/model/embedding_stage.h"
#include "nn/train/adamw.h"

namespace marginscope {

class StageTraining {
public:
    /// `name`: the prefix of its tensors, "stage" or "barrier". `stage` must outlive this.
    StageTraining(std::string name, EmbeddingStage& stage);

    AdamW& weights() { return weights_; }
    AdamW& sigma() { return sigma_; }
    const AdamW& weights() const { return weights_; }
    const AdamW& sigma() const { return sigma_; }
    const std::string& name() const { return name_; }
    const EmbeddingStage& stage() const { return *stage_; }
    void set_updates(std::int64_t updates) { stage_->updates = updates; }

    /// One update from the gradients; keeps W_P's rows orthonormal.
    void step(const StageConfig& config);
    /// What a checkpoint needs besides the stage itself, by its names there; the tensors
    /// themselves. The stage's own log sigma would not give sigma² back to the last bit.
    std::vector<NamedTensor> state() const;
    std::vector<NamedTensor> sigma_state() const;

private:
    std::string name_;
    EmbeddingStage* stage_;
    AdamW weights_, sigma_;
};

}  // namespace marginscope
