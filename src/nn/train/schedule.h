// The learning rate over a training: linear warm-up, then a cosine from lr to min_lr. Torch-free;
// any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/run/run_config.h"

namespace marginscope {

/// The rate of the update after `step` finished ones; nanoGPT's formula, min_lr never above lr.
inline double learning_rate(const TrainConfig& config, std::int64_t step) {
    const double floor = std::min(config.min_lr, config.lr);
    if (step < config.warmup)
        return config.lr * static_cast<double>(step + 1) / (config.warmup + 1);
    if (step >= config.steps) return floor;
    const double share =
        static_cast<double>(step - config.warmup) / std::max(1, config.steps - config.warmup);
    return floor + 0.5 * (1.0 + std::cos(std::numbers::pi * share)) * (config.lr - floor);
}

}  // namespace marginscope
