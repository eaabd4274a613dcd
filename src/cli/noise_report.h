// Noise curves as JSON and as tables: what `marginscope noise` prints.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nn/measure/evaluate.h"
#include "nn/measure/noise_difference.h"

namespace marginscope {

/// `window_losses`: with each window's loss.
nlohmann::json curve_json(const NoiseCurve& curve, bool window_losses);
std::string curve_text(const NoiseCurve& curve);

nlohmann::json difference_json(const CurveDifference& difference,
                               const std::vector<NoiseCurve>& curves);
std::string difference_text(const CurveDifference& difference,
                            const std::vector<NoiseCurve>& curves);

}  // namespace marginscope
