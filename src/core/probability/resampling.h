// Weighted samples: how many they are worth, and drawing from them again.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace marginscope {

/// 1 / sum of squared weights, the weights given as logarithms up to a constant: between 1 and
/// their number; 0 where none has weight.
double effective_sample_size(std::span<const double> log_weights);

/// Systematic resampling: `count` indices in rising order, index k either floor or ceil of
/// count · weight k times, on average exactly that often over a uniform `offset` in [0, 1).
/// `weights` sum to 1.
std::vector<std::int64_t> systematic_resample(std::span<const double> weights, std::size_t count,
                                              double offset);

/// The relative standard error of a particle estimate of a normalising constant, from one run: the
/// root of sum over first ancestors of (their descendants' share of the weight − 1/N)² (Chan and
/// Lai, "A general theory of particle filters in hidden Markov models and some applications",
/// 2013). `ancestors[k]` is the first ancestor of particle k, `weights` sum to 1. Without
/// resampling it is the standard error of a mean over the mean; with systematic resampling it errs
/// on the large side. Empty where fewer than a tenth of the first ancestors, or fewer than two,
/// have descendants: nothing can be said from so few.
std::optional<double> ancestral_error(std::span<const std::int64_t> ancestors,
                                      std::span<const double> weights);

}  // namespace marginscope
