// Colour maps and value ranges: how a number becomes a colour, once for panels, shaders, SVG and
// PNG.
//
// Any thread (everything here is pure). Colours are 8-bit sRGB as shown; no linear-light conversion
// takes place anywhere. Not-a-number and the infinities have colours of their own that occur in no
// map.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace marginscope {

struct Rgb {
    std::uint8_t r = 0, g = 0, b = 0;
    friend bool operator==(const Rgb&, const Rgb&) = default;
};

enum class ColorMap {
    viridis,         // sequential: probabilities, attention
    cividis,         // sequential, the same to all eyes
    diverging,       // signed values, light neutral middle (light theme): blue < 0 < orange
    diverging_dark,  // signed values, dark neutral middle (dark theme): blue < 0 < orange
    margin,          // t = 0 at the boundary (accent colour), t = 1 far away (calm slate)
};
inline constexpr int kColorMapCount = 5;

inline constexpr int kColorLutSize = 256;
using ColorLut = std::array<Rgb, kColorLutSize>;

// 256 colours, entry i at t = i / 255.
const ColorLut& color_lut(ColorMap map);

// Colour at t in [0, 1], linear between the entries of the table; outside values are clamped, NaN
// gives kNanColor.
Rgb sample(ColorMap map, double t);

std::string_view color_map_name(
    ColorMap map);  // "viridis", "cividis", "diverging", "diverging-dark", "margin"
std::optional<ColorMap> color_map_by_name(std::string_view name);
inline constexpr ColorMap diverging_map(bool dark) {
    return dark ? ColorMap::diverging_dark : ColorMap::diverging;
}

// Values without a place on the map.
inline constexpr Rgb kNanColor{168, 85, 247};    // violet
inline constexpr Rgb kPosInfColor{226, 35, 45};  // red
inline constexpr Rgb kNegInfColor{0, 229, 255};  // cyan

// The one accent colour, "near the boundary", readable on the theme's background.
inline constexpr Rgb accent_color(bool dark) { return dark ? Rgb{255, 77, 141} : Rgb{214, 20, 98}; }
// Cells that have no value by construction (a causal mask's future).
inline constexpr Rgb outside_color(bool dark) {
    return dark ? Rgb{30, 33, 40} : Rgb{234, 236, 240};
}

// Marks "no value by construction" in a matrix of floats; unlike NaN it is not a sign of trouble.
inline constexpr float kOutsideValue = -3.402823466e+38F;  // lowest float

// Which number is which end of the map.
//   linear              t = (v - min) / (max - min)
//   log                 t = log(v / min) / log(max / min); min <= 0 means max / 1e6; v <= 0 gives 0
//   diverging           zero is fixed at t = 1/2, the limit is max(|min|, |max|) on both sides
//   diverging and log   symmetric log: sign(v) log(1 + |v| / s) with s = limit / 1000
// A range of zero width maps to t = 1/2 (log: the same); t is clamped to [0, 1]; NaN stays NaN.
struct ColorScale {
    double min = 0.0;
    double max = 1.0;
    bool log = false;
    bool diverging = false;

    double to_unit(double value) const;
    double from_unit(double t) const;  // the inverse, for colour bars and their ticks
    double limit() const;              // of a diverging scale: max(|min|, |max|)
    double low() const;  // the lower end in use: min, or max / 1e6 for a log scale with min <= 0
    friend bool operator==(const ColorScale&, const ColorScale&) = default;

    // The range of the finite values that are not kOutsideValue (log: of the positive ones). No
    // such value: [0, 1].
    static ColorScale fit(std::span<const float> values, bool log = false, bool diverging = false);
};

// The colour of a value: map, scale, and the special colours.
Rgb color_of(ColorMap map, const ColorScale& scale, double value);

// Eight colour-blind safe hues for runs (Okabe and Ito), the order chosen so that the first few
// differ most; the eighth is a grey, because black vanishes on a dark theme. Wraps around.
Rgb run_color(int index);
inline constexpr int kRunColorCount = 8;

}  // namespace marginscope
