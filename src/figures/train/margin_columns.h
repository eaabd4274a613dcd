// The histogram of margins over the steps, and figures of each head over them, as pictures: columns
// as wide as the steps they stand for.
//
// Pure; any thread.
#pragma once

#include <vector>

#include "core/colormap.h"
#include "figures/train/train_series.h"

namespace marginscope {

/// rows × columns values over steps, the top row first. A sample stands from its step to the next
/// one's, the last as wide as the one before, but no wider than a twentieth of all.
struct StepColumns {
    int columns = 0;
    int rows = 0;
    double first = 0, end = 0;  // steps at the left and the right edge
    std::vector<float> cells;

    double step_of(int column) const { return first + (column + 0.5) / columns * (end - first); }
};

struct MarginColumns : StepColumns {
    float low = 0;        // log|det| at the lower edge of the bottom row
    float bin_width = 1;  // nats
    float largest = 0;    // share
    // Cells are shares of positions; kOutsideValue where a bin is empty, NaN where a sample has no
    // margins. The outer rows hold what lies beyond them.

    float high() const { return low + bin_width * static_cast<float>(rows); }
    /// Of a value; the outer ones for what lies beyond.
    int bin_of(float logdet) const;
};

/// Rows from the least to the largest value but for the outer hundredth of each sample, in bins of
/// a round width.
MarginColumns margin_columns(const std::vector<MarginSample>& margins);
/// The sample's shares in these bins, the lowest first.
std::vector<float> shares_of(const MarginSample& sample, const MarginColumns& bins);

enum class HeadFigure { entropy, largest_score };

/// A row for each head, layer 0 at the top; NaN where a sample tells none.
StepColumns head_columns(const std::vector<MarginSample>& margins, HeadFigure figure);
const std::vector<float>& head_values(const MarginSample& sample, HeadFigure figure);
/// "entropy of attention, nats"
const char* head_figure_words(HeadFigure figure);
ColorScale scale_of_heads(const StepColumns& columns);

/// Index of the sample that stands at `step`.
std::size_t margins_at(const std::vector<MarginSample>& margins, double step);

/// Share of the positions with log|det| below `threshold`; NaN where there are none.
float share_below(const MarginSample& sample, float threshold);

}  // namespace marginscope
