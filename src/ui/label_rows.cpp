// Each label in the uppermost row that is free.
#include "ui/label_rows.h"

#include <algorithm>
#include <limits>

namespace marginscope {

std::vector<int> label_rows(const std::vector<LabelSpan>& spans, int rows, float gap) {
    std::vector<float> ends(static_cast<std::size_t>(std::max(rows, 0)),
                            -std::numeric_limits<float>::infinity());
    std::vector<int> result;
    for (const LabelSpan& span : spans) {
        const auto free = std::find_if(ends.begin(), ends.end(),
                                       [&](float end) { return end + gap <= span.left; });
        result.push_back(free == ends.end() ? -1 : static_cast<int>(free - ends.begin()));
        if (free != ends.end()) *free = span.right;
    }
    return result;
}

}  // namespace marginscope
