// The law of what is asked for by sequential Monte Carlo, where there is too much to enumerate.
//
// Particles fill one free position after the other. What a position is filled with is proposed by
//     q(c) proportional to p(c | past) · p(the next fixed tokens | past, c),
// computed for every c (the look-ahead), so that a particle rarely walks into what the fixed tokens
// then rule out; what it misses goes into the particle's weight. Where the effective sample size of
// an island falls below half, its particles are resampled systematically. Particles with the same
// past share one text of the batch. The last free position is summed over, not drawn, where the
// look-ahead reaches the end.
//
// Islands do not touch each other: each has an unbiased estimate of p(fixed) and of p(fixed,
// asked), and the standard errors come from how they scatter (a ratio of means over islands). Equal
// seeds give equal numbers. One thread, the model's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "nn/probability/subset_law.h"

namespace marginscope {

struct SubsetSampling {
    int draws = 4096;  // particles of all islands together; rounded up to whole islands
    int islands = 32;  // at least 2
    std::uint64_t seed = 0;
    int look_ahead = 4;  // fixed tokens that a proposal looks at; 0: none
    std::size_t texts_at_once = 512;
};

/// What the particles were worth after each free position.
struct SubsetPopulation {
    std::vector<double> effective;      // effective sample size, all islands together
    std::vector<std::size_t> distinct;  // different texts among the particles
    int draws = 0;
};

struct SampledSubset {
    SubsetLaw law;
    SubsetPopulation population;
};

/// The most tokens that it can take: it takes fewer where particles share their past.
double sampling_work(const SubsetPlan& plan, const ModelConfig& shape, int vocabulary,
                     const SubsetSampling& settings);

/// Stopped early there is no law: its lists are empty and `stopped` is set. `on_progress` counts
/// free positions, not tokens.
SampledSubset sample_subset(const LanguageModel& model, const SubsetPlan& plan,
                            const SubsetSampling& settings, const SubsetProgress& on_progress = {},
                            std::stop_token stop = {});

}  // namespace marginscope
