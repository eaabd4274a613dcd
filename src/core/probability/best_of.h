// Which of several continuations of one text is the best. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>

#include "core/chooser_settings.h"

namespace marginscope {

/// What a whole continuation is judged by. One that has no such number has the worst: -inf.
struct ContinuationScore {
    double logprob = 0.0;        // mean log p a token, nats
    double lowest_margin = 0.0;  // in the unit of its kind
    bool finished = true;        // it came to its asked length
};

/// The index of the best of `all` (not empty). Those that stopped early count only where none
/// finished. By log-probability and by margin the largest wins. By both: the rank of one is how
/// many are strictly better; the least sum of its two ranks wins, among equal sums the less bad
/// rank by log-probability. Among equals the first.
std::size_t best_of(std::span<const ContinuationScore> all, BestBy by);

}  // namespace marginscope
