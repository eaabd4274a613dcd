// The three rules for sigma and their floor.
#include "nn/barrier/stage_sigma.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace marginscope {
at::Tensor input_scale(const at::Tensor& u, double rms) { return rms / u.square().mean().sqrt(); }

void start_sigma(EmbeddingStage& stage, const StageConfig& config) {
    at::NoGradGuard no_grad;
    if (config.sigma.kind == SigmaRule::Kind::learned)
        stage.learned_log_sigma.detach().fill_(std::log(config.sigma.value));
}

at::Tensor energy_under_sigma(EmbeddingStage& stage, const StageConfig& config, const at::Tensor& x,
                              const at::Tensor& residual_square) {
    const SigmaRule& rule = config.sigma;
    const bool learns = rule.kind == SigmaRule::Kind::learned;
    const at::Tensor& log_sigma = stage.learned_log_sigma;
    {
        at::NoGradGuard no_grad;
        const at::Tensor rms_square = x.detach().square().mean().to(log_sigma.scalar_type());
        const at::Tensor floor_square = rms_square * (config.sigma_floor * config.sigma_floor);
        // The average goes along under every rule, so that a change to `closed` finds it.
        stage.update_sigma(residual_square);
        if (learns)
            stage.sigma_square.copy_((2.0 * log_sigma.detach()).exp());
        else if (rule.kind == SigmaRule::Kind::fixed)
            stage.sigma_square.copy_(rms_square * (rule.value * rule.value));
        if (config.sigma_floor > 0.0) {
            stage.sigma_square.copy_(at::maximum(stage.sigma_square, floor_square));
            // Left under the floor it would have to come back all the way before it counts again.
            if (learns) log_sigma.detach().clamp_min_(0.5 * floor_square.log());
        }
        if (!learns) log_sigma.detach().copy_(0.5 * stage.sigma_square.log());
    }
    const double width = stage.width();
    if (!learns)
        return residual_square *
               (0.5 * width / stage.sigma_square.to(residual_square.scalar_type()));
    const at::Tensor energy =
        residual_square.to(log_sigma.scalar_type()) * (0.5 * width * (-2.0 * log_sigma).exp());
    return (energy + width * log_sigma).to(residual_square.scalar_type());
}

}  // namespace marginscope
