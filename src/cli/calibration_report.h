// Predictors side by side as JSON, as a table and as a figure: what `marginscope calibration`
// gives.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nn/posterior/predictive.h"

namespace marginscope {

nlohmann::json predictors_json(const PredictiveReport& report);
std::string predictors_text(const PredictiveReport& report);
/// The numbers mean what they say only so far: one paragraph each.
std::vector<std::string> predictors_notes();

}  // namespace marginscope
