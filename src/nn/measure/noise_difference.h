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

}  // namespace marginscope
