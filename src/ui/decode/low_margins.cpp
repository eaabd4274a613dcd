// Walking the low margins.
#include <cmath>

#include "ui/decode/decode_actions.h"
#include "ui/margin_style.h"

namespace marginscope {

int next_low_margin(const MarginFrame& margins, int from, float threshold) {
    const int count = static_cast<int>(margins.cells.size());
    int lowest = -1;
    for (int k = 1; k <= count; ++k) {
        const int i = ((from < 0 ? -1 : from) + k) % count;
        const float value = shown_margin(margins.cells[static_cast<std::size_t>(i)], margins.kind);
        if (std::isnan(value)) continue;
        if (value < threshold) return i;
        if (lowest < 0 ||
            value < shown_margin(margins.cells[static_cast<std::size_t>(lowest)], margins.kind))
            lowest = i;
    }
    return lowest;
}

int next_support(const MarginFrame& margins, int from) {
    int next = -1, first = -1;
    for (const int index : margins.support) {
        if (first < 0 || index < first) first = index;
        if (index > from && (next < 0 || index < next)) next = index;
    }
    return next >= 0 ? next : first;
}

}  // namespace marginscope
