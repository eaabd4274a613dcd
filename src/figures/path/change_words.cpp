// Per cents in fitting digits.
#include "figures/path/change_words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "core/words.h"

namespace marginscope {
namespace {

/// Decimals of a row of per cents: the interval's half width in one digit at least, and no bound
/// that reads as 0 where the interval excludes it.
int decimals_of(const PairedDifference& one) {
    const double half = 50 * (one.high - one.low);
    if (!std::isfinite(half)) return 2;
    int decimals = half > 0 ? static_cast<int>(std::ceil(-std::log10(half))) : 1;
    const double nearest = 100 * std::min(std::abs(one.low), std::abs(one.high));
    if (one.told() && nearest > 0)
        decimals = std::max(decimals, static_cast<int>(std::ceil(-std::log10(nearest))));
    return std::clamp(decimals, 1, 4);
}

}  // namespace

std::string signed_percent(double share, int decimals) {
    if (!std::isfinite(share)) return kNoNumber;
    char text[32];
    // Beyond a hundred the decimals would only widen the column.
    std::snprintf(text, sizeof text, "%+.*f", std::abs(share) < 1 ? decimals : 0, 100.0 * share);
    const bool zero = std::string_view(text).find_first_of("123456789") == std::string_view::npos;
    return zero ? text + 1 : text;  // "+0.0" and "-0.0" would claim a sign
}

std::string mean_words(const PairedDifference& one) {
    return signed_percent(one.mean, decimals_of(one));
}

std::string interval_words(const PairedDifference& one) {
    if (!std::isfinite(one.low)) return "one seed";
    const int decimals = decimals_of(one);
    return signed_percent(one.low, decimals) + " … " + signed_percent(one.high, decimals);
}

std::string full_name(const std::string& quantity) {
    if (quantity == "clean") return "Cross-entropy without noise";
    if (!quantity.starts_with("noise ")) return quantity;
    const bool relative = quantity.ends_with(" RMS");
    const std::string sigma = quantity.substr(6, quantity.size() - 6 - (relative ? 4 : 0));
    return "Cross-entropy under noise σ = " + sigma +
           (relative ? " times the model's own embedding RMS"
                     : " per coordinate of the embeddings");
}

}  // namespace marginscope
