// One noise curve less another, window by window: what pairing buys over two intervals that
// overlap. Torch-free; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/statistics.h"
#include "nn/measure/evaluate.h"

namespace marginscope {

struct DifferencePoint {
    double level = 0.0;
    Interval ce, flips;  // mean over windows and its 95 % bootstrap interval
};

/// `curve` less `other` at each level; nothing where their windows are not the same characters
/// (another context, another part of the text) or their levels differ.
std::optional<std::vector<DifferencePoint>> noise_difference(const NoiseCurve& curve,
                                                             const NoiseCurve& other,
                                                             std::uint64_t seed);

/// The model of a curve, and of which tokens where there was a choice.
std::string name_of_curve(const NoiseCurve& curve);

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

}  // namespace marginscope
