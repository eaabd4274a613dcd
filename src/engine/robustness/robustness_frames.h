// What was measured, as frames. Torch-free; pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "core/messages/robustness.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/fragility.h"

namespace marginscope {

/// `of`: for each curve the model it belongs to. Differences are those that `noise` tells
/// (nn/measure/noise_difference.h), with the settings' seed.
RobustnessCurves curves_frame(const RobustnessSettings& settings, const std::string& text_label,
                              const std::vector<RobustnessModel>& models,
                              const std::vector<NoiseCurve>& curves,
                              const std::vector<std::size_t>& of);

FragilityFrame fragility_frame(const RobustnessSettings& settings, const std::string& text_label,
                               const RobustnessModel& model, const FragilityReport& report);

}  // namespace marginscope
