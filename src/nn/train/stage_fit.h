// Gives a trained model a likelihood-fitted stage, by the fixed protocol of theory.md section 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>

#include "core/stage/margins.h"

namespace marginscope {

struct Model;
struct Corpus;

struct StageFitReport {
    StageLikelihood likelihood;  // E4 on evenly spaced validation windows, with the fitted sigma
    double share_beyond = 0.0;   // det < 0, there
    std::int64_t steps = 0;
    bool stopped = false;
};

/// Replaces model.stage: W_Q, W_K ascend (E4) on the model's embeddings held fixed; Adam 0.01
/// falling linearly to 0, four windows of the training part a step, init N(0, 0.1²), sigma² a
/// running average of mean |e|²/d. Only the model's own thread. A stop request keeps what is there
/// so far. UserError: a text shorter than the context.
StageFitReport fit_stage(
    Model& model, const Corpus& corpus, int steps = 2000, std::int64_t stage_seed = 0,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

}  // namespace marginscope
