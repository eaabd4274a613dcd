// The settings of the workspace as the requests of `noise` and `fragility`, one a task.
//
// Torch-free; pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "core/messages/robustness_settings.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/fragility.h"

namespace marginscope {

enum class RobustnessPart { noise, stories, characters, support, fragility };

struct RobustnessTask {
    RobustnessPart part = RobustnessPart::noise;
    std::size_t model = 0;
    NoisyTokens tokens = NoisyTokens::all;
    CharacterChange change = CharacterChange::swap;
    double passes = 0;  // what it costs, beside the others
    std::string words;  // "noise", "characters swapped"
};

/// In the order of the command line: model by model within a part. `models` counts those that are
/// measured. UserError for settings that cannot be.
std::vector<RobustnessTask> robustness_tasks(const RobustnessSettings& settings,
                                             const RobustnessParts& parts, std::size_t models);

NoiseRequest noise_request(const RobustnessSettings& settings, const RobustnessTask& task,
                           const std::string& model, const std::string& text, int threads);
FragilityRequest fragility_request(const RobustnessSettings& settings, const std::string& model,
                                   const std::string& text, int threads);

}  // namespace marginscope
