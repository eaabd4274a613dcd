// The report of `calibration --html`. Any thread, pure.
#pragma once

#include <string>

#include "nn/posterior/predictive.h"

namespace marginscope {

/// What can be told from the first predictor, and what cannot, in one sentence.
std::string calibration_verdict(const PredictiveReport& report);

/// `text_name` is what was judged, `command` makes the page again.
std::string calibration_page(const PredictiveReport& report, const std::string& text_name,
                             const std::string& command);

}  // namespace marginscope
