// Formats.
#include "core/words.h"

#include <cmath>
#include <cstdio>

namespace marginscope {

std::string format_number(double value, int digits) {
    if (std::isnan(value)) return kNoNumber;
    if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    return buffer;
}

std::string format_amount(double value, const char* unit, int digits) {
    const std::string number = format_number(value, digits);
    return std::isnan(value) || unit[0] == 0 ? number : number + " " + unit;
}

std::string format_percent(double share) {
    if (!std::isfinite(share)) return format_number(share);
    if (share > 0 && share < 0.001) return "< 0.1 %";
    if (share < 1 && share > 0.999) return "> 99.9 %";
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1f %%", 100.0 * share);
    return buffer;
}

std::string format_duration(double secs) {
    if (!std::isfinite(secs) || secs < 0) return "";
    char buffer[48];
    const auto whole = static_cast<long>(secs + 0.5);
    if (whole < 60)
        std::snprintf(buffer, sizeof buffer, "%ld s", whole);
    else if (whole < 3600)
        std::snprintf(buffer, sizeof buffer, "%ld min %02ld s", whole / 60, whole % 60);
    else
        std::snprintf(buffer, sizeof buffer, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    return buffer;
}

std::string side_words(int crossings) {
    if (crossings <= 0) return "this side";
    return "beyond, " + std::to_string(crossings) + (crossings == 1 ? " crossing" : " crossings");
}

}  // namespace marginscope
