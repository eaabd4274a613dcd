// Where the seeds of one lambda_m fall into two groups, as near the edge between the two basins
// that a stage can settle in: a mean over them describes no model. No torch; any thread.
//
// The rule, on the values of four finished seeds or more, sorted and cut at one place:
//   the gap between the two groups is more than 4 times the range inside either of them (where one
//   seed stands alone, four others at least stand together), and
//   it is at least two fifths of the range of that quantity over all seeds and lambda_m of the same
//   recipe and training noise: what is small beside what lambda_m does is no other basin.
// Where lambda_m does nothing, normal values of four or five seeds satisfy both about once in
// fifty, of six once in two hundred (counted over random paths).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/messages/path.h"

namespace marginscope {

/// How many of the values, which rise, belong to the lower group; nothing where they are one group.
/// `least_gap` is the second half of the rule.
std::optional<std::size_t> split_at(std::span<const double> sorted, double least_gap);

/// Judged by the mean log|det J|, the share beyond and the losses under noise in the unit given;
/// where several split, the one whose gap is the largest share of its range speaks. In the order of
/// recipe, training noise and lambda.
std::vector<SeedSplit> seed_splits(const std::vector<PathCell>& cells, bool relative);

}  // namespace marginscope
