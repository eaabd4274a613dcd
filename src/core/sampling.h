// From logits to the next token: temperature, top-k, top-p, least margin, a keyed draw.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace marginscope {

struct SamplingSettings {
    double temperature = 0.8;          // 0: always the likeliest token
    int top_k = 0;                     // 0: off
    double top_p = 1.0;                // 1: off
    std::optional<double> min_margin;  // refuse candidates whose next margin is below
    std::uint64_t seed = 1337;

    /// By name, for files and commands.
    static void fields(auto& self, auto&& visit) {
        visit("temperature", self.temperature);
        visit("top_k", self.top_k);
        visit("top_p", self.top_p);
        visit("min_margin", self.min_margin);
        visit("seed", self.seed);
    }
};

/// Probabilities of the model itself (temperature 1, nothing cut), and the entropy in nats.
struct TokenDistribution {
    std::vector<double> logprob;
    double entropy = 0.0;
};
TokenDistribution distribution(std::span<const float> logits);

struct Candidate {
    int token = 0;
    double probability = 0.0;  // after temperature and cuts, renormalised
    double logprob = 0.0;      // of the model itself
};

/// What the settings leave, likeliest first; ties by lower id. Never empty for finite logits. The
/// margin rule is not applied here.
std::vector<Candidate> candidates(std::span<const float> logits, const SamplingSettings& settings);

/// Removes candidates for which `margin(token)` is below settings.min_margin and renormalises; may
/// leave none. Margins are computed lazily, only when the rule is on.
std::vector<Candidate> with_least_margin(std::vector<Candidate> all,
                                         const SamplingSettings& settings,
                                         const std::function<double(int token)>& margin);

/// Draws one by the key (settings.seed, position): the same position and candidates give the same
/// token.
int draw(std::span<const Candidate> from, const SamplingSettings& settings, std::uint64_t position,
         std::uint64_t branch = 0);

}  // namespace marginscope
