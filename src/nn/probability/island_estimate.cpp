// From the islands' measures to probabilities.
#include "nn/probability/island_estimate.h"

#include <algorithm>
#include <cmath>

namespace marginscope {

SubsetProbability ratio_estimate(std::span<const double> of_outcome,
                                 std::span<const double> total) {
    double part = 0.0, all = 0.0;
    for (std::size_t k = 0; k < total.size(); ++k) part += of_outcome[k], all += total[k];
    if (!(all > 0.0)) return {};
    SubsetProbability out{part / all, 0.0};
    double squares = 0.0;
    for (std::size_t k = 0; k < total.size(); ++k) {
        const double rest = of_outcome[k] - out.prob * total[k];
        squares += rest * rest;
    }
    const auto count = static_cast<double>(total.size());
    out.error = std::sqrt(squares * count / (count - 1.0)) / all;
    return out;
}

std::size_t IslandMeasures::place_of(const std::vector<int>& tokens) {
    const auto [at, added] = places_.try_emplace(tokens, places_.size());
    if (added) weights_.resize(weights_.size() + islands_, 0.0);
    return at->second;
}

void IslandMeasures::add(const std::vector<int>& tokens, double share,
                         std::span<const double> weights) {
    const std::size_t place = place_of(tokens) * islands_;
    for (std::size_t island = 0; island < islands_; ++island)
        weights_[place + island] += share * weights[island];
}

std::vector<double> IslandMeasures::totals() const {
    std::vector<double> out(islands_, 0.0);
    for (std::size_t k = 0; k < weights_.size(); ++k) out[k % islands_] += weights_[k];
    return out;
}

void IslandMeasures::fill(SubsetLaw& law, std::size_t asked, std::size_t vocabulary) const {
    const std::vector<double> total = totals();
    std::vector<std::vector<double>> sums(asked, std::vector<double>(vocabulary * islands_, 0.0));
    for (const auto& [tokens, place] : places_) {
        const std::span<const double> mine(&weights_[place * islands_], islands_);
        const SubsetProbability p = ratio_estimate(mine, total);
        if (!(p.prob > 0.0)) continue;
        law.law.push_back({tokens, std::log(p.prob), p.error / p.prob});
        for (std::size_t k = 0; k < asked; ++k)
            for (std::size_t island = 0; island < islands_; ++island)
                sums[k][static_cast<std::size_t>(tokens[k]) * islands_ + island] += mine[island];
    }
    std::stable_sort(law.law.begin(), law.law.end(), [](const SubsetText& a, const SubsetText& b) {
        return a.logprob > b.logprob;
    });
    law.marginals.assign(asked, {});
    for (std::size_t k = 0; k < asked; ++k)
        for (std::size_t token = 0; token < vocabulary; ++token)
            law.marginals[k].push_back(
                ratio_estimate(std::span(sums[k]).subspan(token * islands_, islands_), total));
}

}  // namespace marginscope
