// How many decimals an error leaves.
#include "core/probability/digits.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace marginscope {
namespace {

constexpr int kMostDecimals = 16;

/// Decimals up to the error's first digit, or its second where the first is 1; negative left of the
/// point.
int decimals_of(double error) {
    const int exponent = static_cast<int>(std::floor(std::log10(error)));
    const double leading = error / std::pow(10.0, exponent);
    return leading < 1.95 ? 1 - exponent : -exponent;
}

std::string fixed(double value, int decimals) {
    char text[64];
    if (decimals < 0) {
        const double unit = std::pow(10.0, -decimals);
        value = std::round(value / unit) * unit;
    }
    std::snprintf(text, sizeof text, "%.*f", std::clamp(decimals, 0, kMostDecimals), value);
    return text;
}

}  // namespace

std::string with_its_digits(double value, double error, int most) {
    if (!std::isfinite(value) || !std::isfinite(error)) return "?";
    char text[64];
    std::snprintf(text, sizeof text, "%.*g", most, value);
    if (!(error > 0.0)) return text;
    const int decimals = decimals_of(error);
    const int had =
        value == 0.0 ? 0 : most - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
    return decimals > had && value != 0.0 ? text : fixed(value, decimals);
}

std::string error_digits(double error) {
    if (!std::isfinite(error)) return "?";
    if (!(error > 0.0)) return "0";
    const int decimals = decimals_of(error);
    if (decimals > kMostDecimals) return "below 1e-15";
    const double unit = std::pow(10.0, -decimals);
    return fixed(std::ceil(error / unit - 1e-9) * unit, decimals);
}

}  // namespace marginscope
