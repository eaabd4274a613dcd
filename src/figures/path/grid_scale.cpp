// Digits and colours that follow the spread between seeds.
#include "figures/path/grid_scale.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "core/statistics.h"
#include "core/words.h"

namespace marginscope {
namespace {

/// Within the groups of equal lambda and training noise.
double pooled_spread(const std::map<std::pair<double, double>, std::vector<double>>& groups) {
    double squares = 0;
    std::size_t degrees = 0;
    for (const auto& [group, values] : groups) {
        const double center = mean(values);
        for (const double value : values) squares += (value - center) * (value - center);
        degrees += values.size() - 1;
    }
    return degrees > 0 ? std::sqrt(squares / static_cast<double>(degrees)) : NAN;
}

/// Decimals that show the first digit of `step`.
int decimals_for(double step) {
    if (!(step > 0)) return 3;
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
}

}  // namespace

GridScale grid_scale(const PathFrame& path, const CellQuantity& quantity, bool relative) {
    // A lone seed cannot tell its luck: what differs by less than this share is not made to differ
    // in colour.
    constexpr double kUnknownSpread = 0.005;
    constexpr double kSpreads = 3;  // on either side of the middle
    std::map<std::pair<double, double>, std::vector<double>> groups;
    GridScale scale;
    double low = INFINITY, high = -INFINITY;
    for (const PathCell& cell : path.cells)
        if (const auto value = value_of(quantity, cell, relative)) {
            groups[{cell.lambda, cell.train_noise}].push_back(*value);
            low = std::min(low, *value);
            high = std::max(high, *value);
            ++scale.values;
        }
    scale.seed_spread = pooled_spread(groups);
    if (scale.values == 0) return scale;
    scale.all_equal = low == high;
    const double middle = 0.5 * (low + high);
    const bool known = scale.seed_spread > 0;
    const double least =
        known ? kSpreads * scale.seed_spread : std::max(kUnknownSpread * std::abs(middle), 1e-9);
    const double half = std::max(0.5 * (high - low), least);
    scale.low = middle - half;
    scale.high = middle + half;
    scale.decimals = decimals_for(known ? scale.seed_spread : 0.1 * half);
    return scale;
}

std::string grid_number(double value, const GridScale& scale) {
    char text[48];
    std::snprintf(text, sizeof text, "%.*f", scale.decimals, value);
    const bool reads_as_zero =
        std::string_view(text).find_first_of("123456789") == std::string_view::npos;
    return value != 0 && reads_as_zero ? format_number(value, 2) : text;
}

}  // namespace marginscope
