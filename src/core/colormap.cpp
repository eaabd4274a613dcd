// Colour maps from a few control points each, smoothed to 256 entries, and the mapping of values to
// them.
#include "core/colormap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace marginscope {
namespace {

// Points of the published maps at equal distances; 17 are enough to stay within a few levels of
// them everywhere.
constexpr std::array<std::uint32_t, 17> kViridisPoints = {
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26818e, 0x21908c,
    0x1f9f88, 0x28ae80, 0x3ebc74, 0x5dc963, 0x82d34c, 0xabdc32, 0xd5e21a, 0xfde725};
constexpr std::array<std::uint32_t, 17> kCividisPoints = {
    0x00224e, 0x002e6a, 0x1a386f, 0x32436d, 0x434e6c, 0x52596d, 0x61656f, 0x6f7073, 0x7c7b78,
    0x8b8778, 0x9b9376, 0xaba072, 0xbbad6c, 0xccba64, 0xddc958, 0xefd748, 0xfee838};
// Our own. Lightness is monotone on either side of zero, and zero is the colour nearest to the
// theme's background, so what stands out is what is far from zero. Blue against orange is told
// apart by all common kinds of colour vision.
constexpr std::array<std::uint32_t, 9> kDivergingPoints = {
    0x17437f, 0x2f6fb3, 0x74a7d6, 0xbfd7ea, 0xf5f4f1, 0xf8d3b0, 0xee9f5b, 0xd0661c, 0x8c3b0a};
constexpr std::array<std::uint32_t, 9> kDivergingDarkPoints = {
    0xb4dbff, 0x6db4f2, 0x3c82c4, 0x2f547b, 0x2b2e35, 0x71482b, 0xb76a2b, 0xf0963f, 0xffd09a};
constexpr std::array<std::uint32_t, 5> kMarginPoints = {0xff4d8d, 0xd45a90, 0xa26893, 0x767596,
                                                        0x5b7f98};

double channel(std::uint32_t hex, int index) {
    return static_cast<double>((hex >> (16 - 8 * index)) & 0xffU);
}

std::uint8_t to_byte(double value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

// Catmull-Rom through the points; the ends are continued straight.
double spline(std::span<const std::uint32_t> points, double t, int index) {
    const auto last = static_cast<std::ptrdiff_t>(points.size()) - 1;
    const double x = t * static_cast<double>(last);
    const auto i = std::min(static_cast<std::ptrdiff_t>(x), last - 1);
    const double f = x - static_cast<double>(i);
    const auto at = [&](std::ptrdiff_t k) {
        return channel(points[static_cast<std::size_t>(k)], index);
    };
    const double p1 = at(i);
    const double p2 = at(i + 1);
    const double p0 = i > 0 ? at(i - 1) : 2 * p1 - p2;
    const double p3 = i + 2 <= last ? at(i + 2) : 2 * p2 - p1;
    return 0.5 * (2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f * f +
                  (3 * p1 - p0 - 3 * p2 + p3) * f * f * f);
}

ColorLut make_lut(std::span<const std::uint32_t> points) {
    ColorLut lut;
    for (int i = 0; i < kColorLutSize; ++i) {
        const double t = static_cast<double>(i) / (kColorLutSize - 1);
        lut[static_cast<std::size_t>(i)] = {to_byte(spline(points, t, 0)),
                                            to_byte(spline(points, t, 1)),
                                            to_byte(spline(points, t, 2))};
    }
    return lut;
}

std::array<ColorLut, kColorMapCount> make_luts() {
    return {make_lut(kViridisPoints), make_lut(kCividisPoints), make_lut(kDivergingPoints),
            make_lut(kDivergingDarkPoints), make_lut(kMarginPoints)};
}

constexpr std::array<std::string_view, kColorMapCount> kNames = {"viridis", "cividis", "diverging",
                                                                 "diverging-dark", "margin"};

constexpr std::array<Rgb, kRunColorCount> kRunColors = {{{0, 114, 178},
                                                         {230, 159, 0},
                                                         {0, 158, 115},
                                                         {204, 121, 167},
                                                         {86, 180, 233},
                                                         {213, 94, 0},
                                                         {240, 228, 66},
                                                         {150, 150, 150}}};

constexpr double kSymlogDecades = 1000.0;  // limit / linear part

}  // namespace

const ColorLut& color_lut(ColorMap map) {
    static const std::array<ColorLut, kColorMapCount> kLuts = make_luts();
    return kLuts[static_cast<std::size_t>(map)];
}

Rgb sample(ColorMap map, double t) {
    if (std::isnan(t)) return kNanColor;
    const ColorLut& lut = color_lut(map);
    const double x = std::clamp(t, 0.0, 1.0) * (kColorLutSize - 1);
    const auto i = std::min(static_cast<std::size_t>(x), lut.size() - 2);
    const double f = x - static_cast<double>(i);
    const auto mix = [f](std::uint8_t a, std::uint8_t b) { return to_byte(a + f * (b - a)); };
    return {mix(lut[i].r, lut[i + 1].r), mix(lut[i].g, lut[i + 1].g), mix(lut[i].b, lut[i + 1].b)};
}

std::string_view color_map_name(ColorMap map) { return kNames[static_cast<std::size_t>(map)]; }

std::optional<ColorMap> color_map_by_name(std::string_view name) {
    const auto* found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<ColorMap>(found - kNames.begin());
}

double ColorScale::limit() const { return std::max(std::abs(min), std::abs(max)); }

double ColorScale::low() const { return log && !diverging && min <= 0.0 ? max / 1e6 : min; }

double ColorScale::to_unit(double value) const {
    if (std::isnan(value)) return value;
    double t = 0.5;
    if (diverging) {
        const double top = limit();
        if (top > 0.0 && std::isinf(value)) {
            t = value > 0.0 ? 1.0 : 0.0;
        } else if (top > 0.0 && log) {
            const double share =
                std::log1p(std::abs(value) * kSymlogDecades / top) / std::log1p(kSymlogDecades);
            t = 0.5 + std::copysign(0.5 * share, value);
        } else if (top > 0.0) {
            t = 0.5 + 0.5 * value / top;
        }
    } else if (log) {
        const double bottom = low();
        if (max > bottom && bottom > 0.0) {
            t = value > 0.0 ? std::log(value / bottom) / std::log(max / bottom) : 0.0;
        }
    } else if (max > min) {
        t = (value - min) / (max - min);
    }
    return std::clamp(t, 0.0, 1.0);
}

double ColorScale::from_unit(double t) const {
    if (diverging) {
        const double signed_share = 2.0 * t - 1.0;
        if (!log) return signed_share * limit();
        const double size = std::expm1(std::abs(signed_share) * std::log1p(kSymlogDecades));
        return std::copysign(size * limit() / kSymlogDecades, signed_share);
    }
    if (log) return low() > 0.0 ? low() * std::pow(max / low(), t) : max;
    return min + t * (max - min);
}

ColorScale ColorScale::fit(std::span<const float> values, bool log, bool diverging) {
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    for (const float value : values) {
        if (!std::isfinite(value) || value == kOutsideValue) continue;
        if (log && !diverging && value <= 0.0F) continue;
        lowest = std::min(lowest, static_cast<double>(value));
        highest = std::max(highest, static_cast<double>(value));
    }
    ColorScale scale{0.0, 1.0, log, diverging};
    if (lowest <= highest) {
        scale.min = lowest;
        scale.max = highest;
    }
    return scale;
}

Rgb color_of(ColorMap map, const ColorScale& scale, double value) {
    if (std::isinf(value)) return value > 0.0 ? kPosInfColor : kNegInfColor;
    return sample(map, scale.to_unit(value));
}

Rgb run_color(int index) {
    const int wrapped = ((index % kRunColorCount) + kRunColorCount) % kRunColorCount;
    return kRunColors[static_cast<std::size_t>(wrapped)];
}

}  // namespace marginscope
