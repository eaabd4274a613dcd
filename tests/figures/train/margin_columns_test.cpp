// Margins over time: columns as wide as their steps.
#include "figures/train/margin_columns.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/colormap.h"

namespace marginscope {
namespace {

EvalSample eval_with(std::int64_t step, const std::vector<std::pair<int, float>>& bins) {
    EvalSample eval;
    eval.step = step;
    eval.histogram.assign(kHistogramBins, 0);
    for (const auto& [bin, share] : bins) eval.histogram[static_cast<std::size_t>(bin)] = share;
    return eval;
}

TEST(MarginColumns, AColumnIsAsWideAsItsSteps) {
    // 100 steps, then 300, then as long again.
    const std::vector<EvalSample> evals = {eval_with(0, {{20, 1}}), eval_with(100, {{21, 1}}),
                                           eval_with(400, {{22, 1}})};
    const MarginColumns picture = margin_columns(evals);
    EXPECT_EQ(picture.first, 0);
    EXPECT_EQ(picture.end, 700);
    std::vector<int> widths(3);
    for (int column = 0; column < picture.columns; ++column)
        for (int bin = 20; bin <= 22; ++bin) {
            const int row = picture.lowest_bin + picture.rows - 1 - bin;
            if (picture.cells[static_cast<std::size_t>(row * picture.columns + column)] == 1.0F)
                ++widths[static_cast<std::size_t>(bin - 20)];
        }
    EXPECT_EQ(widths[0] + widths[1] + widths[2], picture.columns) << "no step is empty";
    EXPECT_NEAR(static_cast<double>(widths[0]) / picture.columns, 1.0 / 7, 0.01);
    EXPECT_NEAR(static_cast<double>(widths[1]) / picture.columns, 3.0 / 7, 0.01);
}

TEST(MarginColumns, RowsHoldAllThatOccursAndLittleElse) {
    std::mt19937 generator(1);
    std::uniform_int_distribution<int> any(0, kHistogramBins - 1);
    for (int round = 0; round < 100; ++round) {
        const int a = any(generator), b = any(generator);
        const MarginColumns picture = margin_columns({eval_with(0, {{a, 0.5F}, {b, 0.5F}})});
        EXPECT_LE(picture.lowest_bin, std::min(a, b));
        EXPECT_GE(picture.lowest_bin + picture.rows, std::max(a, b) + 1);
        EXPECT_LE(picture.rows, std::max(std::abs(a - b) + 3, 14));
        EXPECT_LE(picture.lowest_bin + picture.rows, kHistogramBins);
    }
}

TEST(MarginColumns, EmptyBinsAndMissingHistogramsAreNotSmallShares) {
    EvalSample silent;
    silent.step = 10;
    const MarginColumns picture = margin_columns({eval_with(0, {{20, 0.3F}}), silent});
    int empty = 0, missing = 0, filled = 0;
    for (const float cell : picture.cells) {
        empty += cell == kOutsideValue;
        missing += std::isnan(cell);
        filled += cell == 0.3F;
    }
    EXPECT_EQ(empty + missing + filled, static_cast<int>(picture.cells.size()));
    EXPECT_EQ(missing, picture.rows * picture.columns / 2);
    EXPECT_EQ(filled, picture.columns / 2);
    EXPECT_FLOAT_EQ(picture.largest, 0.3F);
    EXPECT_EQ(margin_columns({}).columns, 0);
}

TEST(EvalAt, IsTheLastOneBegun) {
    const std::vector<EvalSample> evals = {eval_with(5, {}), eval_with(10, {}), eval_with(30, {})};
    EXPECT_EQ(eval_at(evals, 0), 0U);
    EXPECT_EQ(eval_at(evals, 9.9), 0U);
    EXPECT_EQ(eval_at(evals, 10), 1U);
    EXPECT_EQ(eval_at(evals, 29.9), 1U);
    EXPECT_EQ(eval_at(evals, 1e9), 2U);
}

}  // namespace
}  // namespace marginscope
