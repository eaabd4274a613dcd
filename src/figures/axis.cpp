// Ranges and ticks.
#include "figures/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace marginscope {

namespace {

constexpr double kSlotPixels = 46;
constexpr double kZeroPixels = 16;  // of the slot, where the zero itself lies

// 1, 2 or 5 times a power of ten, so that about `count` steps cover the range.
double nice_step(double range, int count) {
    const double rough = range / count;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough * (1 - 1e-9)) return factor * power;
    }
    return 10 * power;
}

// "2" beside "1.8" becomes "2.0".
void equal_decimals(std::vector<PlotTick>& ticks) {
    const auto decimals = [](const std::string& label) {
        const std::size_t point = label.find('.');
        return point == std::string::npos ? 0 : label.size() - point - 1;
    };
    std::size_t most = 0;
    for (const PlotTick& tick : ticks) {
        if (tick.label.find('e') != std::string::npos) return;
        most = std::max(most, decimals(tick.label));
    }
    for (PlotTick& tick : ticks) {
        const std::size_t own = decimals(tick.label);
        if (own == 0 && most > 0) tick.label += '.';
        tick.label.append(most - own, '0');
    }
}

}  // namespace

std::string tick_label(double value) {
    if (value == 0) return "0";
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    std::string label = text;
    if (label.front() == '-') label.replace(0, 1, "\u2212");
    return label;
}

AxisScale::AxisScale(const PlotAxis& axis, std::span<const double> values, double first_pixel,
                     double last_pixel)
    : log_(axis.log), first_(first_pixel), last_(last_pixel) {
    choose_range(axis, values);
    const std::vector<double> wanted = axis.ticks.empty() ? chosen_ticks() : axis.ticks;
    const double tolerance = 1e-6 * (high_ - low_);
    const bool named = !axis.ticks.empty() && axis.tick_labels.size() == axis.ticks.size();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        double value = wanted[i];
        // Sums of steps miss zero by a rounding error.
        if (!log_ && std::abs(value) < tolerance) value = 0;
        if (!in_zero_slot(value)) {
            if (log_ && value <= 0) continue;
            const double t = transform(value);
            if (!(t >= low_ - tolerance && t <= high_ + tolerance)) continue;
        }
        if (const auto at = pixel(value))
            ticks_.push_back({value, *at, named ? axis.tick_labels[i] : tick_label(value)});
    }
    if (!log_ && !named) equal_decimals(ticks_);
}

double AxisScale::transform(double value) const { return log_ ? std::log10(value) : value; }

void AxisScale::choose_range(const PlotAxis& axis, std::span<const double> values) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double value : values) {
        if (!std::isfinite(value) || (log_ && value < 0)) continue;
        if (log_ && value == 0) {
            has_zero_slot_ = true;
            continue;
        }
        low = std::min(low, transform(value));
        high = std::max(high, transform(value));
    }
    if (low > high) {
        low = log_ ? -1 : 0;
        high = log_ ? 0 : 1;
    }
    double pad = 0.05 * (high - low);
    if (high - low <= 1e-12 * std::max(std::abs(low), std::abs(high))) {
        pad = log_ ? 0.5 : std::max(0.5 * std::abs(low), 0.5);
    }
    low_ = low - pad;
    high_ = high + pad;
    const auto usable = [&](const std::optional<double>& bound) {
        return bound && std::isfinite(*bound) && (!log_ || *bound > 0);
    };
    if (usable(axis.min)) low_ = transform(*axis.min);
    if (usable(axis.max)) high_ = transform(*axis.max);
    if (!(high_ > low_)) high_ = low_ + 1;
}

std::vector<double> AxisScale::chosen_ticks() const {
    std::vector<double> ticks;
    const int count = std::clamp(static_cast<int>(std::abs(last_ - first_) / 60), 3, 10);
    if (has_zero_slot_) ticks.push_back(0);
    // Less than a decade can lie between two of the logarithm's round numbers.
    if (!log_ || high_ - low_ < 0.9) {
        const double low = log_ ? std::pow(10.0, low_) : low_;
        const double high = log_ ? std::pow(10.0, high_) : high_;
        const double step = nice_step(high - low, count);
        const double begin = std::ceil(low / step - 1e-9);
        for (int i = 0; i < 40 && (begin + i) * step <= high + 1e-9 * step; ++i) {
            ticks.push_back((begin + i) * step);
        }
        return ticks;
    }
    const double decades = high_ - low_;
    const int every = std::max(1, static_cast<int>(std::ceil(decades / count)));
    for (int d = static_cast<int>(std::floor(low_)); d <= std::ceil(high_); d += every) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (factor > 1 && decades > 3) continue;
            ticks.push_back(factor * std::pow(10.0, d));
        }
    }
    return ticks;
}

double AxisScale::break_pixel() const {
    return first_ + std::copysign(kSlotPixels - 8, last_ - first_);
}

std::optional<double> AxisScale::pixel(double value) const {
    if (!std::isfinite(value)) return std::nullopt;
    const double direction = last_ > first_ ? 1 : -1;
    if (in_zero_slot(value)) return first_ + direction * kZeroPixels;
    if (log_ && value <= 0) return std::nullopt;
    const double start = has_zero_slot_ ? first_ + direction * kSlotPixels : first_;
    return start + (transform(value) - low_) / (high_ - low_) * (last_ - start);
}

}  // namespace marginscope
