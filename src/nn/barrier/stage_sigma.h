// What a stage reads and the scale of its noise: stage.input_rms, stage.sigma and stage.sigma_floor
// (theory.md section 4).
//
// One thread, the model's. RMS_u is that of what the stage reads in a step, without gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/run/run_config.h"
#include "nn/model/embedding_stage.h"

namespace marginscope {

/// What u (N, T, d) is multiplied by so that its RMS becomes `rms`: a scalar with its graph.
at::Tensor input_scale(const at::Tensor& u, double rms);

/// Finds this step's sigma from what the stage reads, x (N, T, d), and mean |e_i|²/d, and returns
/// what depends on it in -(E4): mean |e_i|²/(2 sigma²), and d log sigma beside it where sigma
/// learns. A constant in every other gradient than that of `learned_log_sigma`. A learned sigma
/// below the floor is set to the floor, and learns on from there.
at::Tensor energy_under_sigma(EmbeddingStage& stage, const StageConfig& config, const at::Tensor& x,
                              const at::Tensor& residual_square);

/// The first value of a sigma that learns.
void start_sigma(EmbeddingStage& stage, const StageConfig& config);

}  // namespace marginscope
