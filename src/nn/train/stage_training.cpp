// Two optimizers for one stage.
#include "nn/train/stage_training.h"

#include <ATen/ATen.h>

#include <utility>

namespace marginscope {
namespace {

// The stages' own Adam (theory.md section 4); no decay, which would pull A towards 0.
constexpr AdamWSettings kStageAdam{0.9, 0.999, 0.0, 1e-8};

}  // namespace

StageTraining::StageTraining(std::string name, EmbeddingStage& stage)
    : name_(std::move(name)),
      stage_(&stage),
      weights_(stage.parameters(name_), kStageAdam),
      sigma_({{name_ + ".log_sigma", stage.learned_log_sigma}}, kStageAdam) {}

void StageTraining::step(const StageConfig& config) {
    weights_.clip(config.clip);
    weights_.step(config.lr);
    // Apart and unclipped: the gradient of log sigma is d times larger than the matrices', which it
    // would scale away.
    sigma_.step(config.lr);
    if (stage_->w_p.defined()) stage_->orthonormalise();
}

std::vector<NamedTensor> StageTraining::state() const {
    std::vector<NamedTensor> all = weights_.moments();
    all.push_back({"optim." + name_ + ".sigma_square", stage_->residual_average});
    return all;
}

std::vector<NamedTensor> StageTraining::sigma_state() const {
    const std::string prefix = "optim." + name_ + ".";
    std::vector<NamedTensor> all = sigma_.moments();
    all.push_back({prefix + "sigma_square_used", stage_->sigma_square});
    all.push_back({prefix + "learned_log_sigma", stage_->learned_log_sigma});
    all.push_back({prefix + "input_scale", stage_->input_scale});
    return all;
}

}  // namespace marginscope
