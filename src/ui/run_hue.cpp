// Hues of runs against the panel behind them.
#include "ui/run_hue.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

// Lines are thin; on a light panel the pale hues would lose themselves if they were darkened more.
constexpr double kContrastDark = 5.5, kContrastLight = 3.2;

double luminance(ImU32 color) {
    const auto linear = [](float c) {
        return c <= 0.04045F ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    const ImVec4 c = to_vec4(color);
    return 0.2126 * linear(c.x) + 0.7152 * linear(c.y) + 0.0722 * linear(c.z);
}

}  // namespace

double contrast(ImU32 a, ImU32 b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

ImU32 run_hue(const Theme& theme, int index) {
    const double wanted = theme.dark() ? kContrastDark : kContrastLight;
    const ImU32 pure = to_u32(run_color(index));
    for (float t = 0; t < 0.7F; t += 0.04F) {
        const ImU32 color = mix(pure, theme.text, t);
        if (contrast(color, theme.panel) >= wanted) return color;
    }
    return mix(pure, theme.text, 0.7F);
}

}  // namespace marginscope
