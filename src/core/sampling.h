// From logits to the next token: temperature, top-k, top-p, a keyed draw.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/chooser_settings.h"
#include "core/margin_kind.h"

namespace marginscope {

struct SamplingSettings {
    double temperature = 0.8;  // 0: always the likeliest token
    int top_k = 0;             // 0: off
    double top_p = 1.0;        // 1: off
    // The least margin: candidates whose own margin would be below are refused, and those beyond
    // the boundary unless they are allowed. In the unit of its kind: nats of log|det J|, sigma_min,
    // or a distance.
    std::optional<double> min_margin = {};
    MarginKind min_margin_kind = MarginKind::determinant;
    bool allow_beyond = false;
    std::uint64_t seed = 1337;
    ChooserSettings chooser = {};

    /// By name, for files and commands.
    static void fields(auto& self, auto&& visit) {
        visit("temperature", self.temperature);
        visit("top_k", self.top_k);
        visit("top_p", self.top_p);
        visit("min_margin", self.min_margin);
        visit("min_margin_kind", self.min_margin_kind);
        visit("allow_beyond", self.allow_beyond);
        visit("seed", self.seed);
        visit("chooser", self.chooser);
    }
    bool operator==(const SamplingSettings&) const = default;
};

/// Probabilities of the model itself (temperature 1, nothing cut), and the entropy in nats.
struct TokenDistribution {
    std::vector<double> logprob;
    double entropy = 0.0;
};
TokenDistribution distribution(std::span<const float> logits);
TokenDistribution distribution(std::span<const double> logits);

struct Candidate {
    int token = 0;
    double probability = 0.0;  // after temperature and cuts, renormalised
    double logprob = 0.0;      // of the model itself
};

/// What the settings leave, likeliest first; ties by lower id. Never empty for finite logits. The
/// margin rule is not applied here.
std::vector<Candidate> candidates(std::span<const float> logits, const SamplingSettings& settings);
std::vector<Candidate> candidates(std::span<const double> logits, const SamplingSettings& settings);

/// Removes the candidates that are not allowed and renormalises; may leave none.
std::vector<Candidate> only_allowed(std::vector<Candidate> all,
                                    const std::function<bool(int token)>& allowed);

/// Multiplies each probability by exp(log_weight(token)) and renormalises; the order stays. What
/// has no weight (-inf) is removed; may leave none.
std::vector<Candidate> weighted(std::vector<Candidate> all,
                                const std::function<double(int token)>& log_weight);

/// Draws one by the key (settings.seed, branch, position): the same position and candidates give
/// the same token. `branch`: which of several continuations.
int draw(std::span<const Candidate> from, const SamplingSettings& settings, std::uint64_t position,
         std::uint64_t branch = 0);

}  // namespace marginscope
