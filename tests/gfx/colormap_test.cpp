// Colour maps and scales.
#include "core/colormap.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "gl_fixture.h"

namespace marginscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

double luminance(Rgb color) {
    const auto linear = [](std::uint8_t v) {
        const double x = v / 255.0;
        return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

double contrast(Rgb a, Rgb b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

TEST(ColorMapTest, SequentialMapsAgreeWithThePublishedOnesBetweenControlPoints) {
    // Entries of the published tables that are no control points here.
    EXPECT_LE(color_distance(color_lut(ColorMap::viridis)[40], {69, 55, 129}), 4);
    EXPECT_LE(color_distance(color_lut(ColorMap::viridis)[103], {41, 121, 142}), 4);
    EXPECT_LE(color_distance(color_lut(ColorMap::viridis)[217], {155, 217, 60}), 4);
    EXPECT_EQ(sample(ColorMap::viridis, 0.0), (Rgb{68, 1, 84}));
    EXPECT_EQ(sample(ColorMap::viridis, 1.0), (Rgb{253, 231, 37}));
}

TEST(ColorMapTest, SequentialMapsGetLighterAllTheWay) {
    for (const ColorMap map : {ColorMap::viridis, ColorMap::cividis}) {
        const ColorLut& lut = color_lut(map);
        for (std::size_t i = 4; i < lut.size(); i += 4) {
            EXPECT_GT(luminance(lut[i]), luminance(lut[i - 4]))
                << color_map_name(map) << " at " << i;
        }
    }
}

TEST(ColorMapTest, DivergingMapsStandOutMoreTheFartherFromZero) {
    for (const bool dark : {false, true}) {
        const ColorMap map = diverging_map(dark);
        const Rgb background = dark ? Rgb{20, 22, 27} : Rgb{255, 255, 255};
        for (const double direction : {-1.0, 1.0}) {
            double last = 0.0;
            for (double away = 0.0; away <= 0.5; away += 0.05) {
                const double now = contrast(sample(map, 0.5 + direction * away), background);
                EXPECT_GE(now, last) << color_map_name(map) << " " << direction * away;
                last = now;
            }
            EXPECT_GT(last, 6.0);
        }
        const Rgb low = sample(map, 0.1);
        const Rgb high = sample(map, 0.9);
        EXPECT_GT(low.b, low.r);
        EXPECT_GT(high.r, high.b);
    }
}

TEST(ColorMapTest, AccentReadsOnBothThemesAndStartsTheMarginMap) {
    EXPECT_GE(contrast(accent_color(true), {20, 22, 27}), 4.5);
    EXPECT_GE(contrast(accent_color(false), {255, 255, 255}), 4.5);
    EXPECT_EQ(sample(ColorMap::margin, 0.0), accent_color(true));
}

TEST(ColorMapTest, SpecialColoursOccurInNoMap) {
    for (int m = 0; m < kColorMapCount; ++m) {
        for (const Rgb entry : color_lut(static_cast<ColorMap>(m))) {
            for (const Rgb special : {kNanColor, kPosInfColor, kNegInfColor}) {
                EXPECT_GT(color_distance(entry, special), 40) << m;
            }
        }
    }
    EXPECT_EQ(color_of(ColorMap::viridis, {}, kNan), kNanColor);
    EXPECT_EQ(color_of(ColorMap::viridis, {}, kInf), kPosInfColor);
    EXPECT_EQ(color_of(ColorMap::viridis, {}, -kInf), kNegInfColor);
}

TEST(ColorMapTest, NamesFindTheirMap) {
    for (int m = 0; m < kColorMapCount; ++m) {
        const auto map = static_cast<ColorMap>(m);
        EXPECT_EQ(color_map_by_name(color_map_name(map)), map);
    }
    EXPECT_FALSE(color_map_by_name("rainbow").has_value());
}

TEST(ColorScaleTest, KnownPlaces) {
    EXPECT_DOUBLE_EQ((ColorScale{-2, 6}.to_unit(0)), 0.25);
    EXPECT_DOUBLE_EQ((ColorScale{1e-4, 1, true}.to_unit(1e-2)), 0.5);
    EXPECT_DOUBLE_EQ((ColorScale{0, 1, true}.to_unit(1e-3)), 0.5);  // the floor is max / 1e6
    EXPECT_DOUBLE_EQ((ColorScale{1e-4, 1, true}.to_unit(-1)), 0.0);
    EXPECT_DOUBLE_EQ((ColorScale{-1, 4, false, true}.to_unit(0)), 0.5);
    EXPECT_DOUBLE_EQ((ColorScale{-1, 4, false, true}.to_unit(2)), 0.75);
    EXPECT_DOUBLE_EQ((ColorScale{-1, 4, true, true}.to_unit(0)), 0.5);
    EXPECT_DOUBLE_EQ((ColorScale{-1, 4, true, true}.to_unit(-4)), 0.0);
    EXPECT_DOUBLE_EQ((ColorScale{3, 3}.to_unit(3)), 0.5);
    EXPECT_DOUBLE_EQ((ColorScale{0, 1}.to_unit(7)), 1.0);
    EXPECT_TRUE(std::isnan(ColorScale{}.to_unit(kNan)));
}

TEST(ColorScaleTest, FromUnitIsTheInverse) {
    const std::array<ColorScale, 5> scales = {ColorScale{-3, 5},
                                              {1e-5, 2, true},
                                              {0, 9, true},
                                              {-2, 7, false, true},
                                              {-2, 7, true, true}};
    for (const ColorScale& scale : scales) {
        for (double t = 0.0; t <= 1.0; t += 0.0625) {
            EXPECT_NEAR(scale.to_unit(scale.from_unit(t)), t, 1e-12);
        }
    }
}

TEST(ColorScaleTest, FitIgnoresWhatIsNoValue) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> values = {nan, -inf, -1.5F, 0.0F, 0.25F, 4.0F, inf, kOutsideValue};
    EXPECT_EQ(ColorScale::fit(values), (ColorScale{-1.5, 4.0}));
    EXPECT_EQ(ColorScale::fit(values, true), (ColorScale{0.25, 4.0, true}));
    EXPECT_EQ(ColorScale::fit(std::vector<float>{nan, inf}), (ColorScale{0.0, 1.0}));
}

TEST(RunColorTest, EightDifferentHuesThatWrap) {
    for (int i = 0; i < kRunColorCount; ++i) {
        for (int j = 0; j < i; ++j) EXPECT_GT(color_distance(run_color(i), run_color(j)), 35);
        EXPECT_EQ(run_color(i), run_color(i + kRunColorCount));
        EXPECT_EQ(run_color(i), run_color(i - kRunColorCount));
    }
}

}  // namespace
}  // namespace marginscope
