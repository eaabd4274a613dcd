// How often each character of a text is a support token under several fitted stages: the ranking is
// noisy, and this is how noisy. No torch; one thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/stage/margins.h"

namespace marginscope {

/// A text's windows as stages read them, and a key that names text, windows, noise and weights.
struct SeedText {
    struct Block {
        int begin = 0, first = 0;  // of the window, and of the positions measured in it
        Matrix u;                  // (n, C), the window as far as its block goes
    };
    std::uint64_t key = 0;
    std::uint64_t weights = 0;  // equal: the same model as it was then
    std::vector<Block> blocks;
};

class SeedRecurrence {
public:
    /// `stages`: for each, the margins of all positions that have a boundary (determinant and
    /// singular), `position` the index in the text.
    SeedRecurrence(std::uint64_t text_key, std::vector<std::vector<PositionMargins>> stages)
        : text_key_(text_key), stages_(std::move(stages)) {}

    std::uint64_t text_key() const { return text_key_; }
    int stages() const { return static_cast<int>(stages_.size()); }
    /// For each of `support`: the stages among whose k support tokens it is.
    std::vector<int> count(const std::vector<int>& support, MarginKind kind, int k);

private:
    std::uint64_t text_key_;
    std::vector<std::vector<PositionMargins>> stages_;
    // The answer to the last question: frames are made often, and ask the same.
    MarginKind kind_ = MarginKind::determinant;
    int k_ = -1;
    std::vector<std::vector<int>> chosen_;  // of each stage, rising
};

}  // namespace marginscope
