// Ranks of continuations.
#include "core/probability/best_of.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace marginscope {
namespace {

template <typename Score>
std::ptrdiff_t rank(std::span<const ContinuationScore> all, const std::vector<std::size_t>& judged,
                    std::size_t of, Score score) {
    return std::ranges::count_if(judged,
                                 [&](std::size_t k) { return score(all[k]) > score(all[of]); });
}

}  // namespace

std::size_t best_of(std::span<const ContinuationScore> all, BestBy by) {
    assert(!all.empty());
    std::vector<std::size_t> judged;
    const bool any = std::ranges::any_of(all, &ContinuationScore::finished);
    for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k].finished || !any) judged.push_back(k);
    // What counts, the smaller the better, then what breaks its ties.
    const auto place = [&](std::size_t k) {
        const auto likely =
            rank(all, judged, k, [](const ContinuationScore& one) { return one.logprob; });
        const auto far =
            rank(all, judged, k, [](const ContinuationScore& one) { return one.lowest_margin; });
        if (by == BestBy::logprob) return std::pair(likely, std::ptrdiff_t{0});
        if (by == BestBy::margin) return std::pair(far, std::ptrdiff_t{0});
        return std::pair(likely + far, likely);
    };
    return *std::ranges::min_element(judged, {}, place);
}

}  // namespace marginscope
