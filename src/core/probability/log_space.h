// Sums of probabilities whose logarithms are known. Pure functions, any thread; -inf is the
// logarithm of 0.
#pragma once

#include <span>
#include <vector>

namespace marginscope {

/// log(sum of exp(x)): -inf of nothing, and where all are -inf. NaN travels through.
double log_sum_exp(std::span<const double> logs);
/// exp(x - log_sum_exp(x)): sums to 1. All 0 where nothing has weight.
std::vector<double> normalised(std::span<const double> logs);

}  // namespace marginscope
