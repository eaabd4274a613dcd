// Evaluations laid out over the steps.
#include "figures/train/margin_columns.h"

#include <algorithm>
#include <cmath>

#include "core/colormap.h"

namespace marginscope {
namespace {

constexpr int kMostColumns = 512;
constexpr int kFewestRows = 12;

struct Rows {
    int lowest = kHistogramBins;
    int highest = -1;
};

Rows occupied(const std::vector<EvalSample>& evals) {
    Rows rows;
    for (const EvalSample& eval : evals)
        for (int bin = 0; bin < static_cast<int>(eval.histogram.size()); ++bin)
            if (eval.histogram[static_cast<std::size_t>(bin)] > 0) {
                rows.lowest = std::min(rows.lowest, bin);
                rows.highest = std::max(rows.highest, bin);
            }
    if (rows.highest < 0) return {0, kHistogramBins - 1};
    // A bin of air, and enough rows for a shape.
    const int air = std::max(1, (kFewestRows - (rows.highest - rows.lowest + 1) + 1) / 2);
    return {std::max(0, rows.lowest - air), std::min(kHistogramBins - 1, rows.highest + air)};
}

float cell_of(const EvalSample& eval, int bin) {
    if (eval.histogram.empty()) return kNoValue;
    if (bin >= static_cast<int>(eval.histogram.size())) return kOutsideValue;
    const float share = eval.histogram[static_cast<std::size_t>(bin)];
    return share > 0 ? share : kOutsideValue;
}

}  // namespace

std::size_t eval_at(const std::vector<EvalSample>& evals, double step) {
    const auto after = std::upper_bound(
        evals.begin(), evals.end(), step,
        [](double at, const EvalSample& eval) { return at < static_cast<double>(eval.step); });
    return after == evals.begin() ? 0 : static_cast<std::size_t>(after - evals.begin()) - 1;
}

float share_below(const EvalSample& eval, float threshold) {
    float share = 0;
    for (std::size_t bin = 0; bin < eval.histogram.size(); ++bin) {
        const float low = kHistogramMin + static_cast<float>(bin) * kHistogramBinWidth;
        share +=
            eval.histogram[bin] * std::clamp((threshold - low) / kHistogramBinWidth, 0.0F, 1.0F);
    }
    return share;
}

MarginColumns margin_columns(const std::vector<EvalSample>& evals) {
    MarginColumns result;
    if (evals.empty()) return result;
    const auto last = static_cast<double>(evals.back().step);
    result.first = static_cast<double>(evals.front().step);
    const double gap =
        evals.size() > 1 ? last - static_cast<double>(evals[evals.size() - 2].step) : 1.0;
    result.end = last + std::max(1.0, gap);
    result.columns = std::clamp(static_cast<int>(result.end - result.first), 1, kMostColumns);
    const Rows rows = occupied(evals);
    result.lowest_bin = rows.lowest;
    result.rows = rows.highest - rows.lowest + 1;
    result.cells.resize(static_cast<std::size_t>(result.rows) *
                        static_cast<std::size_t>(result.columns));
    for (int column = 0; column < result.columns; ++column) {
        const double step =
            result.first + (column + 0.5) / result.columns * (result.end - result.first);
        const EvalSample& eval = evals[eval_at(evals, step)];
        for (int row = 0; row < result.rows; ++row) {
            const float cell = cell_of(eval, rows.highest - row);
            result.cells[static_cast<std::size_t>(row * result.columns + column)] = cell;
            if (std::isfinite(cell)) result.largest = std::max(result.largest, cell);
        }
    }
    return result;
}

}  // namespace marginscope
