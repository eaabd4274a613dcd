// Ticks and ranges of an axis.
#include "figures/axis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace marginscope {
namespace {

TEST(PlotAxis, TicksLieInsideAndAreRound) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> exponent(-12, 12), sign(-1, 1);
    for (int i = 0; i < 2000; ++i) {
        const double a = sign(random) * std::pow(10, exponent(random));
        const double b = a + std::abs(a) * std::pow(10, sign(random) * 3);
        const AxisScale scale({"", i % 2 == 1 && a > 0, {}, {}, {}}, std::vector<double>{a, b}, 400,
                              20);
        ASSERT_GE(scale.ticks().size(), 1u) << a << " " << b;
        ASSERT_LE(scale.ticks().size(), 40u);
        for (const PlotTick& tick : scale.ticks()) {
            EXPECT_GE(tick.pixel, 20 - 0.1);
            EXPECT_LE(tick.pixel, 400 + 0.1);
        }
        ASSERT_TRUE(scale.pixel(a) && scale.pixel(b));
        EXPECT_GE(*scale.pixel(a), *scale.pixel(b));
    }
}

TEST(PlotAxis, ZeroHasASlotBesideTheLogarithm) {
    const std::vector<double> values = {0, 0.005, 0.1};
    const AxisScale scale({"", true, {}, {}, {}}, values, 0, 400);
    EXPECT_TRUE(scale.has_zero_slot());
    EXPECT_LT(*scale.pixel(0), scale.break_pixel());
    EXPECT_GT(*scale.pixel(0.005), scale.break_pixel());
    EXPECT_FALSE(scale.pixel(-0.1));
    EXPECT_NEAR(*scale.pixel(0.1) - *scale.pixel(0.05), *scale.pixel(0.02) - *scale.pixel(0.01),
                1e-9);
    EXPECT_EQ(tick_label(-0.05), "\u22120.05");
}

TEST(PlotAxis, LabelsOfOneAxisHaveEqualDecimals) {
    const AxisScale scale({"", false, {}, {}, {}}, std::vector<double>{1.45, 2.15}, 400, 20);
    std::vector<std::string> labels;
    for (const PlotTick& tick : scale.ticks()) labels.push_back(tick.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"1.6", "1.8", "2.0"}));
}

TEST(PlotAxis, NamedTicksKeepTheirWords) {
    PlotAxis axis;
    axis.min = 0, axis.max = 3;
    axis.ticks = {0.5, 1.5, 2.5};
    axis.tick_labels = {"t at 3", "", "1.0"};
    const AxisScale scale(axis, {}, 300, 0);
    ASSERT_EQ(scale.ticks().size(), 3u);
    EXPECT_EQ(scale.ticks()[0].label, "t at 3");
    EXPECT_EQ(scale.ticks()[2].label, "1.0");
    EXPECT_NEAR(scale.ticks()[1].pixel, 150, 1e-9);
}

}  // namespace
}  // namespace marginscope
