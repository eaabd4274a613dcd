// The histogram of margins over the steps as a picture: columns as wide as the steps they stand
// for, rows from the lowest to the highest occupied bin.
//
// Pure; any thread.
#pragma once

#include <vector>

#include "figures/train/train_series.h"

namespace marginscope {

constexpr float kHistogramBinWidth = (kHistogramMax - kHistogramMin) / kHistogramBins;

struct MarginColumns {
    int columns = 0;
    int rows = 0;
    int lowest_bin = 0;         // of the bottom row
    double first = 0, end = 0;  // steps at the left and the right edge
    float largest = 0;          // share
    /// rows × columns, top row the largest log|det|: shares; kOutsideValue where a bin is empty,
    /// NaN where an evaluation told no histogram.
    std::vector<float> cells;

    float low() const {
        return kHistogramMin + kHistogramBinWidth * static_cast<float>(lowest_bin);
    }
    float high() const { return low() + kHistogramBinWidth * static_cast<float>(rows); }
};

/// An evaluation stands from its step to the next one's, the last for as long as the one before.
MarginColumns margin_columns(const std::vector<EvalSample>& evals);

/// Index of the evaluation that stands at `step`.
std::size_t eval_at(const std::vector<EvalSample>& evals, double step);

/// Share of the positions with log|det| below `threshold`, linear within a bin.
float share_below(const EvalSample& eval, float threshold);

}  // namespace marginscope
