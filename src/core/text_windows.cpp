// Windows of a text.
#include "core/text_windows.h"

#include <algorithm>
#include <cassert>

namespace marginscope {

TextBlock block_of(std::size_t i, std::size_t context, WindowRule rule) {
    assert(context > 0);
    if (i < context) return {0, 0, context};
    if (rule == WindowRule::slide) return {i + 1 - context, i, i + 1};
    if (rule == WindowRule::disjoint) {
        const std::size_t begin = i / context * context;
        return {begin, begin, begin + context};
    }
    const std::size_t half = context / 2, shift = context - half;
    const std::size_t begin = (i - context) / shift * shift + shift;
    return {begin, begin + half, begin + context};
}

std::vector<TextBlock> text_blocks(std::size_t total, std::size_t context, WindowRule rule,
                                   std::size_t max_positions) {
    std::vector<TextBlock> all;
    for (std::size_t i = 0; i < total; i = all.back().end) {
        all.push_back(block_of(i, context, rule));
        all.back().end = std::min(all.back().end, total);
    }
    if (total <= max_positions || all.empty()) return all;
    // Blocks after the first are equally long, so that many of them fit into any budget.
    const std::size_t longest = all.size() > 1
                                    ? std::max(all[0].end - all[0].first, all[1].end - all[1].first)
                                    : all[0].end;
    const std::size_t after = all.size() > 1 ? all[1].end - all[1].first : longest;
    std::size_t count = 1;
    if (max_positions > longest) count += (max_positions - longest) / after;
    count = std::min(count, all.size());
    std::vector<TextBlock> taken;
    for (std::size_t k = 0; k < count; ++k) taken.push_back(all[k * all.size() / count]);
    taken[0].end = std::min(taken[0].end, taken[0].first + max_positions);
    return taken;
}

std::string_view name_of(WindowRule rule) {
    switch (rule) {
        case WindowRule::half:
            return "half";
        case WindowRule::slide:
            return "slide";
        case WindowRule::disjoint:
            return "disjoint";
    }
    return "";
}

}  // namespace marginscope
