// Which token comes next: the one place where a distribution becomes a token, for the command, the
// window and a training's sample. The least margin's rule lives here.
//
// One thread, the decoder's.
#pragma once

#include <optional>
#include <vector>

#include "core/sampling.h"
#include "nn/decode/decoder.h"
#include "nn/decode/next_margins.h"
#include "nn/model/checkpoint.h"

namespace marginscope {

struct ChosenToken {
    int token = 0;
    double logprob = 0.0;  // of the model itself
    double entropy = 0.0;  // of the distribution it was drawn from, nats
};

class TokenChooser {
public:
    /// Both must outlive this.
    TokenChooser(const Model& model, const Decoder& decoder);

    /// Whether the model's predictions are numbers at all: weights that ran away have none.
    bool finite() const;
    /// What may come next, likeliest first: temperature and cuts, then the least margin. A
    /// candidate is refused where its own margin would be below `min_margin` (log|det J| in nats,
    /// sigma_min, or the distance to the boundary; none found within the searched radius is far),
    /// and where it would lie beyond the boundary, unless `allow_beyond`. One that has no margin
    /// (fewer than two tokens before it) is kept. Empty when the rule leaves none. UserError when
    /// the rule is asked of a model without a stage, or the predictions are not finite.
    std::vector<Candidate> candidates(const SamplingSettings& settings);
    /// Draws one of them by the key (seed, length of the text); empty when there is none.
    std::optional<ChosenToken> choose(const SamplingSettings& settings);

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
    std::vector<float> logits() const;

    const Decoder& decoder_;
    bool has_stage_;
    std::optional<NextMargins> next_;
};

/// What a text may begin with when nothing is given: a line break, or the first character that the
/// vocabulary has.
int opening_token(const Vocabulary& vocabulary);

}  // namespace marginscope
