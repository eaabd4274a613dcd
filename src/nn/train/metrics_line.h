// A line of metrics.jsonl. Internal to nn/train.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nn/train/trainer.h"

namespace marginscope {

/// What an evaluation found, beside the figures of the last update (null before the first).
nlohmann::json metrics_line(const StepReport& step, const EvalReport& eval, const RunConfig& config,
                            double tokens_per_s);

}  // namespace marginscope
