// Margins and heads over time: columns as wide as their steps.
#include "figures/train/margin_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/colormap.h"

namespace marginscope {
namespace {

MarginSample sample_with(std::int64_t step, std::vector<float> logdets) {
    MarginSample sample;
    sample.step = step;
    std::sort(logdets.begin(), logdets.end());
    sample.logdets = std::move(logdets);
    return sample;
}

TEST(MarginColumns, AColumnIsAsWideAsItsSteps) {
    // 100 steps, then 300, then a twentieth.
    const MarginColumns picture =
        margin_columns({sample_with(0, {-3}), sample_with(100, {0}), sample_with(400, {3})});
    EXPECT_EQ(picture.first, 0);
    EXPECT_EQ(picture.end, 420);
    std::vector<int> widths(3);
    for (int column = 0; column < picture.columns; ++column)
        for (int k = 0; k < 3; ++k) {
            const int row = picture.rows - 1 - picture.bin_of(static_cast<float>(3 * k - 3));
            widths[static_cast<std::size_t>(k)] +=
                picture.cells[static_cast<std::size_t>(row * picture.columns + column)] == 1.0F;
        }
    EXPECT_EQ(widths[0] + widths[1] + widths[2], picture.columns) << "no step is empty";
    EXPECT_NEAR(static_cast<double>(widths[0]) / picture.columns, 100.0 / 420, 0.01);
    EXPECT_NEAR(static_cast<double>(widths[1]) / picture.columns, 300.0 / 420, 0.01);
}

TEST(MarginColumns, RowsHoldAllThatOccursAndLittleElse) {
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> any(-60, 60), scale(-3, 2);
    for (int round = 0; round < 200; ++round) {
        const float a = any(generator), b = a + std::pow(10.0F, scale(generator));
        const MarginColumns picture = margin_columns({sample_with(0, {a, b})});
        EXPECT_LE(picture.low, a);
        EXPECT_GE(picture.high(), b);
        EXPECT_LE(picture.rows, 52);
        EXPECT_GE(picture.rows, 12);
        const int used = picture.bin_of(b) - picture.bin_of(a) + 1;
        EXPECT_LE(picture.rows, std::max(used + 3, 14)) << a << " " << b;
        EXPECT_TRUE(used >= 11 || picture.bin_width <= 0.051F) << "bins as narrow as can be";
    }
}

TEST(MarginColumns, OneFarPositionDoesNotFlattenAllOthers) {
    std::vector<float> values;
    std::mt19937 generator(2);
    std::normal_distribution<float> normal(0, 1);
    for (int k = 0; k < 252; ++k) values.push_back(normal(generator));
    values.push_back(-80);
    values.push_back(-INFINITY);
    const MarginSample sample = sample_with(0, values);
    const MarginColumns picture = margin_columns({sample});
    EXPECT_GT(picture.low, -6);
    const std::vector<float> shares = shares_of(sample, picture);
    EXPECT_NEAR(shares[0], 2.0 / 254, 1e-6) << "the outer row holds what lies beyond";
    float all = 0;
    for (const float share : shares) all += share;
    EXPECT_NEAR(all, 1, 1e-5);
}

TEST(MarginColumns, EmptyBinsAndMissingMarginsAreNotSmallShares) {
    const MarginColumns picture =
        margin_columns({sample_with(0, {1.0F, 1.0F}), sample_with(1, {})});
    int empty = 0, missing = 0, filled = 0;
    for (const float cell : picture.cells) {
        empty += cell == kOutsideValue;
        missing += std::isnan(cell);
        filled += cell == 1.0F;
    }
    EXPECT_EQ(empty + missing + filled, static_cast<int>(picture.cells.size()));
    EXPECT_EQ(missing, picture.rows * picture.columns / 2);
    EXPECT_EQ(filled, picture.columns / 2);
    EXPECT_FLOAT_EQ(picture.largest, 1.0F);
    EXPECT_EQ(margin_columns({}).columns, 0);
    EXPECT_GT(margin_columns({sample_with(10, {})}).rows, 0);
}

TEST(MarginColumns, TheShareBelowIsCounted) {
    const MarginSample sample = sample_with(0, {-3, -2, -2, 1});
    EXPECT_FLOAT_EQ(share_below(sample, -4), 0);
    EXPECT_FLOAT_EQ(share_below(sample, -2), 0.25F) << "not the value itself";
    EXPECT_FLOAT_EQ(share_below(sample, 0), 0.75F);
    EXPECT_FLOAT_EQ(share_below(sample, 9), 1);
    EXPECT_TRUE(std::isnan(share_below(sample_with(0, {}), 0)));
}

TEST(HeadColumns, ARowIsAHead) {
    MarginSample first, second;
    first.step = 0, second.step = 1;
    first.head_entropies = {1, 2}, second.head_entropies = {3, 4};
    first.head_logits = {5, 6}, second.head_logits = {7, 8};
    const StepColumns entropy = head_columns({first, second}, HeadFigure::entropy);
    EXPECT_EQ(entropy.rows, 2);
    ASSERT_EQ(entropy.columns, 2);
    EXPECT_EQ(entropy.cells, (std::vector<float>{1, 3, 2, 4}));
    const ColorScale scale = scale_of_heads(entropy);
    EXPECT_EQ(scale.min, 1);
    EXPECT_EQ(scale.max, 4);
    EXPECT_EQ(head_columns({first, second}, HeadFigure::largest_score).cells[3], 8);
}

TEST(MarginsAt, IsTheLastOneLookedAt) {
    const std::vector<MarginSample> margins = {sample_with(5, {}), sample_with(10, {}),
                                               sample_with(30, {})};
    EXPECT_EQ(margins_at(margins, 0), 0U);
    EXPECT_EQ(margins_at(margins, 9.9), 0U);
    EXPECT_EQ(margins_at(margins, 10), 1U);
    EXPECT_EQ(margins_at(margins, 29.9), 1U);
    EXPECT_EQ(margins_at(margins, 1e9), 2U);
}

}  // namespace
}  // namespace marginscope
