// Ratios of means over independent islands, with their standard errors. Torch-free; a value type.
//
// Island k has an unbiased estimate w_k(a) of an unnormalised measure of each outcome a, and t_k of
// all outcomes together. p(a) = sum_k w_k(a) / sum_k t_k, and, to first order,
//     error^2 = K/(K-1) · sum_k (w_k(a) - p(a) t_k)^2 / (sum_k t_k)^2.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "nn/probability/subset_law.h"

namespace marginscope {

/// `of_outcome` and `total`: a number for each island.
SubsetProbability ratio_estimate(std::span<const double> of_outcome, std::span<const double> total);

/// The measures of many outcomes, each a list of tokens.
class IslandMeasures {
public:
    explicit IslandMeasures(std::size_t islands) : islands_(islands) {}

    /// Adds `share` of `weights`, a number for each island, to what they give the outcome.
    void add(const std::vector<int>& tokens, double share, std::span<const double> weights);
    /// The law, likeliest first, and the marginals over `vocabulary` tokens.
    void fill(SubsetLaw& law, std::size_t asked, std::size_t vocabulary) const;
    /// All outcomes together, island by island.
    std::vector<double> totals() const;

private:
    std::size_t place_of(const std::vector<int>& tokens);

    std::size_t islands_;
    std::map<std::vector<int>, std::size_t> places_;
    std::vector<double> weights_;  // outcome by outcome, an entry for each island
};

}  // namespace marginscope
