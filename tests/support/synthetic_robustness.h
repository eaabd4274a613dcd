// Measurements of robustness made of formulas.
#pragma once

#include <memory>

#include "core/messages/robustness.h"

namespace marginscope::synthetic {

struct RobustnessSize {
    int models = 3;
    int levels = 4;  // sigmas; half of them are rates
    int places = 400;
};

/// All parts, finished.
std::shared_ptr<RobustnessFrame> make_robustness(const RobustnessSize& size = {});
/// Half of all numbers are NaN, some are infinite.
std::shared_ptr<RobustnessFrame> spoilt_robustness();
/// Long names, all digits, failures with long sentences, pairs that cannot be compared.
std::shared_ptr<RobustnessFrame> wide_robustness();

}  // namespace marginscope::synthetic
