// Particles in islands that never touch each other: weights, resampling and drawing, without the
// model. One thread.
//
// Each particle stands at a text, which others may share. An island's weights are relative to what
// its resamplings took out of them; measures() puts that back, up to one factor for all islands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/probability/subset_law.h"

namespace marginscope {

class ParticleIslands {
public:
    /// As many particles in each of `islands` >= 2 as make at least `draws`, all at text 0.
    ParticleIslands(std::size_t draws, std::size_t islands, std::uint64_t seed);

    std::size_t size() const { return texts_.size(); }
    std::size_t islands() const { return log_taken_.size(); }
    std::size_t text(std::size_t particle) const { return texts_[particle]; }
    void move(std::size_t particle, std::size_t text) { texts_[particle] = text; }

    /// Multiplies each particle's weight by exp(of its text).
    void weigh(std::span<const double> of_texts);
    /// Resamples the islands whose effective sample size is below half. `level` keys the draws.
    void resample_where_few(std::size_t level);
    /// A token for each particle, from its text's row of `logs` (unnormalised log-probabilities).
    /// The particles of an island at one text draw together, evenly over the row's sum.
    std::vector<int> draw(std::span<const double> logs, std::size_t vocabulary,
                          std::size_t level) const;

    /// Effective sample size of all particles together.
    double effective() const;
    /// What each island gives each of `texts` texts: mean weights, up to a factor for all.
    std::vector<std::vector<double>> measures(std::size_t texts) const;
    /// log of the mean of `totals` (sums of measures()) with the factor put back, and its standard
    /// error.
    SubsetProbability evidence(std::span<const double> totals) const;

private:
    double log_factor() const;
    std::span<const double> weights_of(std::size_t island) const;

    std::size_t each_;
    std::uint64_t seed_;
    std::vector<std::size_t> texts_;   // island by island
    std::vector<double> log_weights_;  // of each particle
    std::vector<double> log_taken_;    // of each island, by its resamplings
};

}  // namespace marginscope
