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

/// One curve less another of the same list, where both saw the same windows.
struct CurveDifference {
    std::size_t curve = 0, to = 0;
    std::vector<DifferencePoint> points;
};

/// Every model less the first with the same tokens, and every choice of tokens less the first of
/// the same model. Pairs whose windows differ are left out and said in `unpaired`, a sentence each.
std::vector<CurveDifference> curve_differences(const std::vector<NoiseCurve>& curves,
                                               std::uint64_t seed,
                                               std::vector<std::string>& unpaired);

nlohmann::json difference_json(const CurveDifference& difference,
                               const std::vector<NoiseCurve>& curves);
std::string difference_text(const CurveDifference& difference,
                            const std::vector<NoiseCurve>& curves);

}  // namespace marginscope
