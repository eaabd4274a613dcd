// Two choices of a path side by side: each a lambda with all its seeds, or one model of it.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/statistics.h"
#include "figures/path/path_curves.h"
#include "figures/path_look.h"

namespace marginscope {

/// "lambda_m 0.02, seed 1337".
std::string choice_words(const PathChoice& choice);
/// Those that a path has, without seeds, in rising order.
std::vector<PathChoice> choices_of(const PathFrame& path);

/// The two choices as far as `path` has them; else lambda 0, and what is proposed or the largest.
/// `path` has cells.
std::pair<PathChoice, PathChoice> compared_choices(const PathFrame& path,
                                                   const std::optional<PathChoice>& first,
                                                   const std::optional<PathChoice>& second);

struct ComparedQuantity {
    CellQuantity quantity;
    bool relative = false;  // unit of its noise
    /// Means over the seeds that are compared; no value: one of the two has none.
    std::optional<double> first, second;
    Interval difference;  // second - first of the same seed: mean and Student's 95 % interval

    /// The interval lies on one side of 0.
    bool told() const { return difference.low > 0 || difference.high < 0; }
};

struct PathComparison {
    /// The seeds that both have, or, where two models of different seeds are compared, one each.
    int pairs = 0;
    bool same_seeds = true;
    std::vector<ComparedQuantity> rows;
};
PathComparison compare_choices(const PathFrame& path, const PathChoice& first,
                               const PathChoice& second);

}  // namespace marginscope
