// Weights, combs and effective sizes.
#include "nn/probability/particle_islands.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>

#include "core/probability/log_space.h"
#include "core/probability/resampling.h"
#include "core/random.h"

namespace marginscope {
namespace {

enum class Use : std::uint64_t { resampling = 1, tokens = 2 };

CounterRng stream(std::uint64_t seed, std::size_t island, std::size_t level, Use use) {
    return CounterRng({.seed = seed,
                       .purpose = DrawPurpose::sampling,
                       .draw = island,
                       .window = static_cast<std::uint64_t>(use),
                       .position = level});
}

}  // namespace

ParticleIslands::ParticleIslands(std::size_t draws, std::size_t islands, std::uint64_t seed)
    : each_((draws + islands - 1) / islands),
      seed_(seed),
      texts_(each_ * islands, 0),
      log_weights_(each_ * islands, 0.0),
      log_taken_(islands, 0.0) {
    assert(islands >= 2 && draws >= 1);
}

void ParticleIslands::weigh(std::span<const double> of_texts) {
    for (std::size_t p = 0; p < texts_.size(); ++p) log_weights_[p] += of_texts[texts_[p]];
}

std::span<const double> ParticleIslands::weights_of(std::size_t island) const {
    return std::span(log_weights_).subspan(island * each_, each_);
}

void ParticleIslands::resample_where_few(std::size_t level) {
    for (std::size_t island = 0; island < islands(); ++island) {
        const std::span<const double> logs = weights_of(island);
        const double all = log_sum_exp(logs);
        if (std::isinf(all) || effective_sample_size(logs) >= 0.5 * static_cast<double>(each_))
            continue;
        CounterRng rng = stream(seed_, island, level, Use::resampling);
        const std::vector<std::int64_t> from =
            systematic_resample(normalised(logs), each_, rng.uniform());
        std::vector<std::size_t> texts;
        for (const std::int64_t k : from)
            texts.push_back(texts_[island * each_ + static_cast<std::size_t>(k)]);
        std::copy(texts.begin(), texts.end(),
                  texts_.begin() + static_cast<std::ptrdiff_t>(island * each_));
        std::fill_n(log_weights_.begin() + static_cast<std::ptrdiff_t>(island * each_), each_, 0.0);
        log_taken_[island] += all - std::log(static_cast<double>(each_));
    }
}

std::vector<int> ParticleIslands::draw(std::span<const double> logs, std::size_t vocabulary,
                                       std::size_t level) const {
    std::vector<int> out(texts_.size(), 0);
    for (std::size_t island = 0; island < islands(); ++island) {
        std::map<std::size_t, std::vector<std::size_t>> at_text;
        for (std::size_t p = island * each_; p < (island + 1) * each_; ++p)
            at_text[texts_[p]].push_back(p);
        CounterRng rng = stream(seed_, island, level, Use::tokens);
        for (const auto& [text, there] : at_text) {
            const std::vector<double> shares =
                normalised(logs.subspan(text * vocabulary, vocabulary));
            const std::vector<std::int64_t> tokens =
                systematic_resample(shares, there.size(), rng.uniform());
            // Turned by chance, so that each particle alone has the row's law too.
            const std::size_t turn = rng.below(there.size());
            for (std::size_t k = 0; k < there.size(); ++k)
                out[there[k]] = static_cast<int>(tokens[(k + turn) % there.size()]);
        }
    }
    return out;
}

// Of the heaviest island: what measures() leaves out.
double ParticleIslands::log_factor() const {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t island = 0; island < islands(); ++island)
        largest = std::max(largest, log_taken_[island] + log_sum_exp(weights_of(island)));
    return std::isinf(largest) ? 0.0 : largest;
}

double ParticleIslands::effective() const {
    std::vector<double> all;
    for (std::size_t p = 0; p < texts_.size(); ++p)
        all.push_back(log_weights_[p] + log_taken_[p / each_]);
    return effective_sample_size(all);
}

std::vector<std::vector<double>> ParticleIslands::measures(std::size_t texts) const {
    const double factor = log_factor();
    std::vector<std::vector<double>> out(texts, std::vector<double>(islands(), 0.0));
    for (std::size_t p = 0; p < texts_.size(); ++p)
        out[texts_[p]][p / each_] += std::exp(log_weights_[p] + log_taken_[p / each_] - factor);
    return out;
}

SubsetProbability ParticleIslands::evidence(std::span<const double> totals) const {
    const auto count = static_cast<double>(totals.size());
    double mean = 0.0, squares = 0.0;
    for (const double one : totals) mean += one / count;
    for (const double one : totals) squares += (one - mean) * (one - mean);
    if (!(mean > 0.0)) return {-std::numeric_limits<double>::infinity(), 0.0};
    return {std::log(mean / static_cast<double>(each_)) + log_factor(),
            std::sqrt(squares / (count - 1.0) / count) / mean};
}

}  // namespace marginscope
