// What decides the next token beside the model's probabilities: the margin, noise averaged over, a
// threshold below which nothing is said, whole continuations compared. Apart from the sampling
// settings, of which they are a part, so that defaults leave no trace in files.
//
// Plain values; any thread. Entropies in nats; margins in the unit of the sampling's margin kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace marginscope {

/// What makes one continuation better than another: its mean log-probability a token, its lowest
/// margin, or the sum of its ranks by both (core/probability/best_of.h).
enum class BestBy { logprob, margin, both };

constexpr int kMostNoiseDraws = 256;
constexpr int kMostContinuations = 1000;

struct ChooserSettings {
    /// Written to files only where something is set.
    static constexpr bool kWrittenWhenSet = true;

    /// W: a candidate's log-probability, after temperature and cuts, gains W log(its margin), with
    /// log|det J| for the determinant, log sigma_min, log of the distance (of the searched radius
    /// where no boundary was found). A candidate without a margin gains nothing. 0: off.
    double margin_weight = 0.0;
    /// The law is the mean over this many draws of noise on the token embeddings, keyed by (seed,
    /// draw, index in the text); 0: the model's own law. `noise_sigma` per coordinate, or in units
    /// of the RMS of all token embeddings, which no text changes.
    int noise_draws = 0;
    double noise_sigma = 0.0;
    bool noise_relative = false;
    /// Nothing more is written where the drawn token's margin would be below (or beyond the
    /// boundary, unless that is allowed), where the entropy of the law or the mutual information of
    /// its draws is above, or the probability of the likeliest token below. Of the law at
    /// temperature 1, uncut.
    std::optional<double> abstain_margin = {};
    std::optional<double> abstain_entropy = {};
    std::optional<double> abstain_information = {};
    std::optional<double> abstain_probability = {};
    /// So many whole continuations are written and the best is kept; 1: the first.
    int best_of = 1;
    BestBy best_by = BestBy::logprob;

    static void fields(auto& self, auto&& visit) {
        visit("margin_weight", self.margin_weight);
        visit("noise_draws", self.noise_draws);
        visit("noise_sigma", self.noise_sigma);
        visit("noise_relative", self.noise_relative);
        visit("abstain_margin", self.abstain_margin);
        visit("abstain_entropy", self.abstain_entropy);
        visit("abstain_information", self.abstain_information);
        visit("abstain_probability", self.abstain_probability);
        visit("best_of", self.best_of);
        visit("best_by", self.best_by);
    }
    bool operator==(const ChooserSettings&) const = default;

    bool averages() const { return noise_draws > 0; }
};

/// How often the model reads a text for `tokens` >= 1 tokens: once a token, the first time the
/// prompt, and once more for each draw of noise; all of it in every continuation.
std::int64_t passes_of(const ChooserSettings& settings, int tokens);

/// The same in words, and the margins that are computed beside it: "3 passes of the model a token:
/// ...". One sentence.
std::string cost_sentence(const ChooserSettings& settings, bool margin_refuses);

/// What is out of range, as a sentence that names the setting; empty where all serve.
std::string wrong_setting(const ChooserSettings& settings);

}  // namespace marginscope
