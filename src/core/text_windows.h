// Windows of a text: which characters the model has before it where a position is measured. One
// rule for the window, `margins`, sessions and reports.
//
// Pure functions; any thread. Positions count from 0. A causal model's numbers at a position depend
// on its window from the beginning up to the position, so `begin` alone decides them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace marginscope {

/// half: windows of a whole context that begin every half context; each position belongs to the
/// first window that reaches it, so all but the text's first T/2 have at least T/2 before them.
/// disjoint: one window after the other. slide: each position is the last of its own window.
enum class WindowRule { half, slide, disjoint };

/// A window [begin, begin + context) and the positions [first, end) that are measured in it.
struct TextBlock {
    std::size_t begin = 0;
    std::size_t first = 0;
    std::size_t end = 0;
    bool operator==(const TextBlock&) const = default;
};

/// The block position `i` belongs to, in a text without an end; clip `end` to the text's length.
TextBlock block_of(std::size_t i, std::size_t context, WindowRule rule);

/// The blocks of a text of `total` tokens, in order, the last clipped. When they hold more than
/// `max_positions` positions: as many as fit (at least one, cut off where even that is too long),
/// evenly spaced. Each position's window is the same as in the whole text.
std::vector<TextBlock> text_blocks(std::size_t total, std::size_t context, WindowRule rule,
                                   std::size_t max_positions);

/// "half", "slide", "disjoint".
std::string_view name_of(WindowRule rule);

}  // namespace marginscope
