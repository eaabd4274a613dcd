// Which token comes next: the one place where a distribution becomes a token, for the command, the
// window and a training's sample. The rules that read the margin live here: the least margin, the
// margin's weight, and when nothing is said at all.
//
// One thread, the decoder's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sampling.h"
#include "nn/decode/decoder.h"
#include "nn/decode/next_margins.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

/// The law of the next token before temperature and cuts: the model's own, or the mean of several
/// draws of noise.
struct NextLaw {
    std::vector<double> logits;              // up to a constant
    TokenDistribution distribution;          // at temperature 1, uncut
    std::vector<std::vector<double>> draws;  // log p under each draw; empty where none is averaged
    std::optional<double> expected_entropy;  // mean of the draws' own entropies
    std::optional<double> mutual_information() const;
    double most_probable() const;  // probability of the likeliest token
};

/// What averages over noise (nn/probability/noise_averaged.h): the law after the text, by the
/// settings' draws.
using LawAverage = std::function<NextLaw(const Decoder& text, const SamplingSettings& settings)>;

struct ChosenToken {
    int token = 0;
    double logprob = 0.0;  // by the law
    double entropy = 0.0;  // of the law, nats
};

/// Why nothing was chosen: no candidate keeps the least margin; or a threshold to abstain by.
enum class Refusal { none, min_margin, margin, entropy, information, probability };
std::string_view name_of(Refusal refusal);

struct TokenChoice {
    std::optional<ChosenToken> token;
    Refusal refusal = Refusal::none;
    double limit = 0.0;   // the threshold, and
    double found = 0.0;   // what was compared with it
    bool beyond = false;  // the margin is refused for its side
    NextLaw law;

    explicit operator bool() const { return token.has_value(); }
    const ChosenToken* operator->() const { return &*token; }
    bool abstained() const { return refusal > Refusal::min_margin; }
};
/// One sentence; empty where a token was chosen.
std::string refusal_sentence(const TokenChoice& choice);

class TokenChooser {
public:
    /// Both must outlive this. Without `average` no settings with draws of noise may be given.
    TokenChooser(const Model& model, const Decoder& decoder, LawAverage average = {});

    /// Whether the model's predictions are numbers at all: weights that ran away have none.
    bool finite() const;
    /// UserError when the predictions are not finite.
    NextLaw law(const SamplingSettings& settings) const;
    /// What may come next, likeliest first: temperature and cuts, then the least margin, then the
    /// margin's weight, which may change who is likely but not the order. A candidate is refused
    /// where its own margin would be below `min_margin` (log|det J| in nats, sigma_min, or the
    /// distance to the boundary; none found within the searched radius is far), and where it would
    /// lie beyond the boundary, unless `allow_beyond`. One that has no margin (fewer than two
    /// tokens before it) is kept, and gains nothing by the weight. Empty when the rule leaves none.
    /// UserError when a rule is asked of a model without a stage, or the predictions are not
    /// finite.
    std::vector<Candidate> candidates(const SamplingSettings& settings);
    std::vector<Candidate> candidates(const SamplingSettings& settings, const NextLaw& law);
    /// Draws one of them by the key (seed, branch, length of the text), unless a threshold says to
    /// abstain (core/chooser_settings.h).
    TokenChoice choose(const SamplingSettings& settings, std::uint64_t branch = 0);

    /// The margins that `token` would have as the next one; empty without a stage or a past.
    std::optional<PositionMargins> margins_of(int token, MarginKind kind) {
        return next_->of(token, kind);
    }
    /// A token that is already in the decoder changed.
    void past_changed() { next_->clear(); }
    /// The weights behind `model`, the one given at first, changed.
    void weights_changed(const Model& model) { next_.emplace(model, decoder_); }

private:
    bool keeps_margin(int token, const SamplingSettings& settings);
    double log_margin(int token, MarginKind kind);
    bool abstains_by_law(const ChooserSettings& settings, TokenChoice& choice) const;
    bool abstains_by_margin(int token, const SamplingSettings& settings, TokenChoice& choice);
    std::vector<float> logits() const;

    const Decoder& decoder_;
    bool has_stage_;
    LawAverage average_;
    std::optional<NextMargins> next_;
};

/// What a text may begin with when nothing is given: a line break, or the first character that the
/// vocabulary has.
int opening_token(const Vocabulary& vocabulary);

}  // namespace marginscope
