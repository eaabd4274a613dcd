// Ticks by the room they have.
#include "ui/plot_ticks.h"

#include <algorithm>
#include <cmath>

namespace marginscope {
namespace {

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
double round_step(double step) {
    const double power = std::pow(10.0, std::floor(std::log10(step)));
    for (const double digit : {1.0, 2.0, 5.0})
        if (digit * power >= step * (1 - 1e-9)) return digit * power;
    return 10 * power;
}

std::vector<double> multiples(AxisLimits limits, double step) {
    std::vector<double> all;
    const double first = std::ceil(limits.low / step - 1e-9),
                 last = std::floor(limits.high / step + 1e-9);
    for (double k = first; k <= last; k += 1) all.push_back(k * step + 0.0);  // no "-0"
    return all;
}

/// Powers of ten, with 2 and 5 times each where `dense`.
std::vector<double> along_powers(AxisLimits limits, bool dense) {
    std::vector<double> all;
    const double first = std::floor(std::log10(limits.low)), last = std::log10(limits.high);
    for (double power = first; power <= last; power += 1)
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = digit * std::pow(10.0, power);
            if ((dense || digit == 1) && value >= limits.low && value <= limits.high)
                all.push_back(value);
        }
    return all;
}

}  // namespace

std::vector<double> round_ticks(AxisLimits limits, double pixels, double apart, bool log) {
    const double range = limits.high - limits.low;
    if (!(range > 0) || !(pixels > 0) || !(apart > 0) || (log && limits.low <= 0)) return {};
    const bool powers = log && limits.high >= 10 * limits.low;
    const auto place = [&](double value) {
        return pixels * (log ? std::log(value / limits.low) / std::log(limits.high / limits.low)
                             : (value - limits.low) / range);
    };
    std::vector<double> kept;
    for (const double value : powers ? along_powers(limits, place(2 * limits.low) >= apart)
                                     : multiples(limits, round_step(range * apart / pixels)))
        if (kept.empty() || place(value) - place(kept.back()) >= apart * (1 - 1e-9))
            kept.push_back(value);
    return kept;
}

void set_up_few_ticks(ImAxis axis, AxisLimits limits, float pixels, const Theme& theme, bool log) {
    // ImPlot leaves out every other label once at most; below this that is not enough.
    constexpr float kHighEnough = 100;
    if (pixels >= theme.px(kHighEnough)) return;
    const std::vector<double> ticks =
        round_ticks(limits, static_cast<double>(pixels),
                    1.3 * static_cast<double>(ImGui::GetTextLineHeight()), log);
    ImPlot::SetupAxisTicks(axis, ticks.data(), static_cast<int>(ticks.size()));
}

bool legend_fits(std::initializer_list<const char*> entries, float width) {
    // Its marks are as wide as a line is high.
    const float line = ImGui::GetTextLineHeight();
    float needed = line;
    for (const char* entry : entries) needed += ImGui::CalcTextSize(entry).x + 1.6F * line;
    return needed <= width;
}

}  // namespace marginscope
