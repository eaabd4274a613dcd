// Gives a model on disk a fitted stage: the work of `marginscope fit`. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "nn/train/stage_fit.h"
#include "text/corpus.h"

namespace marginscope {

struct FitRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::filesystem::path out;    // a checkpoint file
    int steps = 2000;
    std::int64_t stage_seed = 0;
    int threads = 2;
};

/// Loads, fits (nn/stage_fit.h), writes `out` without a training's state; nothing is written after
/// a stop request. Throws UserError.
StageFitReport run_fit(
    const FitRequest& request, const Corpus& corpus,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

}  // namespace marginscope
