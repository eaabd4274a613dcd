// From the decoder's logits to a token.
#include "nn/decode/token_chooser.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace marginscope {

TokenChooser::TokenChooser(const Model& model, const Decoder& decoder)
    : decoder_(decoder),
      has_stage_(model.stage.has_value()),
      next_(std::in_place, model, decoder) {}

std::vector<float> TokenChooser::logits() const {
    const at::Tensor values = decoder_.logits().to(at::kCPU, at::kFloat).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

bool TokenChooser::finite() const {
    const std::vector<float> all = logits();
    return std::all_of(all.begin(), all.end(), [](float one) { return std::isfinite(one); });
}

bool TokenChooser::keeps_margin(int token, const SamplingSettings& settings) {
    // The side costs least to know, the geometric margin by far most.
    std::optional<PositionMargins> margins = next_->of(token, MarginKind::determinant);
    if (!margins) return true;
    if (margins->beyond() && !settings.allow_beyond) return false;
    if (settings.min_margin_kind != MarginKind::determinant)
        margins = next_->of(token, settings.min_margin_kind);
    return margin_allows(*margins, settings.min_margin_kind, *settings.min_margin,
                         settings.allow_beyond);
}

std::vector<Candidate> TokenChooser::candidates(const SamplingSettings& settings) {
    const std::vector<float> all = logits();
    if (!std::all_of(all.begin(), all.end(), [](float one) { return std::isfinite(one); }))
        throw UserError("The model's predictions are not finite numbers: nothing can follow.");
    std::vector<Candidate> from = marginscope::candidates(all, settings);
    if (!settings.min_margin) return from;
    if (!has_stage_)
        throw UserError("A least margin needs a model with a fitted stage: fit one first.");
    return only_allowed(std::move(from), [&](int token) { return keeps_margin(token, settings); });
}

std::optional<ChosenToken> TokenChooser::choose(const SamplingSettings& settings) {
    const std::vector<Candidate> from = candidates(settings);
    if (from.empty()) return std::nullopt;
    const int token = draw(from, settings, decoder_.length());
    const TokenDistribution all = distribution(logits());
    return ChosenToken{token, all.logprob[static_cast<std::size_t>(token)], all.entropy};
}

int opening_token(const Vocabulary& vocabulary) {
    if (vocabulary.count_unknown("\n") == 0) return vocabulary.encode("\n").front();
    return vocabulary.unknown_id() == 0 && vocabulary.size() > 1 ? 1 : 0;
}

}  // namespace marginscope
