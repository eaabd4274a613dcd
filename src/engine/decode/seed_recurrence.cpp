// Support tokens of every stage, kept until something else is asked.
#include "engine/decode/seed_recurrence.h"

#include <algorithm>

namespace marginscope {

std::vector<int> SeedRecurrence::count(const std::vector<int>& support, MarginKind kind, int k) {
    if (chosen_.size() != stages_.size() || kind != kind_ || k != k_) {
        chosen_.clear();
        for (const auto& margins : stages_) {
            std::vector<int>& chosen = chosen_.emplace_back(support_tokens(margins, kind, k));
            std::sort(chosen.begin(), chosen.end());
        }
        kind_ = kind;
        k_ = k;
    }
    std::vector<int> counts;
    for (const int index : support)
        counts.push_back(static_cast<int>(std::ranges::count_if(chosen_, [&](const auto& chosen) {
            return std::binary_search(chosen.begin(), chosen.end(), index);
        })));
    return counts;
}

}  // namespace marginscope
