// From the decoder's logits to a token.
#include "nn/decode/token_chooser.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "core/error.h"

namespace marginscope {
namespace {

bool all_finite(const std::vector<float>& values) {
    return std::ranges::all_of(values, [](float one) { return std::isfinite(one); });
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

}  // namespace

std::optional<double> NextLaw::mutual_information() const {
    if (!expected_entropy) return std::nullopt;
    return std::max(0.0, distribution.entropy - *expected_entropy);
}

double NextLaw::most_probable() const { return std::exp(std::ranges::max(distribution.logprob)); }

std::string_view name_of(Refusal refusal) {
    constexpr std::string_view kNames[] = {"none",    "min_margin",  "margin",
                                           "entropy", "information", "probability"};
    return kNames[static_cast<std::size_t>(refusal)];
}

std::string refusal_sentence(const TokenChoice& choice) {
    const std::string found = number(choice.found), limit = number(choice.limit);
    switch (choice.refusal) {
        case Refusal::none:
            return {};
        case Refusal::min_margin:
            return "No candidate is left above the least margin.";
        case Refusal::margin:
            return choice.beyond ? "Abstained: the next token would lie beyond the boundary."
                                 : "Abstained: the next token's margin would be " + found +
                                       ", below " + limit + ".";
        case Refusal::entropy:
            return "Abstained: the entropy of what may follow is " + found + " nats, above " +
                   limit + ".";
        case Refusal::information:
            return "Abstained: the draws of noise disagree by " + found + " nats, above " + limit +
                   ".";
        case Refusal::probability:
            return "Abstained: at temperature 1 the likeliest token has probability " + found +
                   ", below " + limit + ".";
    }
    return {};
}

TokenChooser::TokenChooser(const Model& model, const Decoder& decoder, LawAverage average)
    : decoder_(decoder),
      has_stage_(model.stage.has_value()),
      average_(std::move(average)),
      next_(std::in_place, model, decoder) {}

std::vector<float> TokenChooser::logits() const {
    const at::Tensor values = decoder_.logits().to(at::kCPU, at::kFloat).contiguous();
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

bool TokenChooser::finite() const { return all_finite(logits()); }

NextLaw TokenChooser::law(const SamplingSettings& settings) const {
    const std::vector<float> all = logits();
    if (!all_finite(all))
        throw UserError("The model's predictions are not finite numbers: nothing can follow.");
    if (settings.chooser.averages()) return average_(decoder_, settings);
    NextLaw own;
    own.logits.assign(all.begin(), all.end());
    own.distribution = distribution(own.logits);
    return own;
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

double TokenChooser::log_margin(int token, MarginKind kind) {
    const std::optional<PositionMargins> margins = next_->of(token, kind);
    if (!margins) return 0.0;
    switch (kind) {
        case MarginKind::determinant:
            return margins->logdet.value;
        case MarginKind::singular:
            return std::log(margins->sigma_min);
        case MarginKind::geometric:
            return std::log(
                margins->geometric->value.value_or(margins->geometric->searched_radius));
    }
    return 0.0;
}

std::vector<Candidate> TokenChooser::candidates(const SamplingSettings& settings) {
    return candidates(settings, law(settings));
}

std::vector<Candidate> TokenChooser::candidates(const SamplingSettings& settings,
                                                const NextLaw& law) {
    std::vector<Candidate> from = marginscope::candidates(law.logits, settings);
    const double weight = settings.chooser.margin_weight;
    if (!settings.min_margin && weight == 0.0) return from;
    if (!has_stage_)
        throw UserError(
            settings.min_margin
                ? "A least margin needs a model with a fitted stage: fit one first."
                : "A weight of the margin needs a model with a fitted stage: fit one first.");
    if (settings.min_margin)
        from =
            only_allowed(std::move(from), [&](int token) { return keeps_margin(token, settings); });
    if (weight != 0.0)
        from = weighted(std::move(from), [&](int token) {
            return weight * log_margin(token, settings.min_margin_kind);
        });
    return from;
}

bool TokenChooser::abstains_by_law(const ChooserSettings& settings, TokenChoice& choice) const {
    const auto refuse = [&](Refusal refusal, double limit, double found) {
        choice.refusal = refusal;
        choice.limit = limit;
        choice.found = found;
        return true;
    };
    const double entropy = choice.law.distribution.entropy, most = choice.law.most_probable();
    const std::optional<double> information = choice.law.mutual_information();
    if (settings.abstain_entropy && entropy > *settings.abstain_entropy)
        return refuse(Refusal::entropy, *settings.abstain_entropy, entropy);
    if (settings.abstain_information && information && *information > *settings.abstain_information)
        return refuse(Refusal::information, *settings.abstain_information, *information);
    if (settings.abstain_probability && most < *settings.abstain_probability)
        return refuse(Refusal::probability, *settings.abstain_probability, most);
    return false;
}

bool TokenChooser::abstains_by_margin(int token, const SamplingSettings& settings,
                                      TokenChoice& choice) {
    if (!settings.chooser.abstain_margin) return false;
    if (!has_stage_)
        throw UserError(
            "Abstaining by the margin needs a model with a fitted stage: fit one "
            "first.");
    SamplingSettings rule = settings;
    rule.min_margin = settings.chooser.abstain_margin;
    if (keeps_margin(token, rule)) return false;
    const PositionMargins margins = *next_->of(token, settings.min_margin_kind);
    choice.refusal = Refusal::margin;
    choice.limit = *rule.min_margin;
    choice.found = margin_value(margins, settings.min_margin_kind);
    choice.beyond = margins.beyond() && !settings.allow_beyond;
    return true;
}

TokenChoice TokenChooser::choose(const SamplingSettings& settings, std::uint64_t branch) {
    TokenChoice choice;
    choice.law = law(settings);
    if (abstains_by_law(settings.chooser, choice)) return choice;
    const std::vector<Candidate> from = candidates(settings, choice.law);
    if (from.empty()) {
        choice.refusal = Refusal::min_margin;
        return choice;
    }
    const int token = draw(from, settings, decoder_.length(), branch);
    if (abstains_by_margin(token, settings, choice)) return choice;
    const TokenDistribution& all = choice.law.distribution;
    choice.token = ChosenToken{token, all.logprob[static_cast<std::size_t>(token)], all.entropy};
    return choice;
}

int opening_token(const Vocabulary& vocabulary) {
    if (vocabulary.count_unknown("\n") == 0) return vocabulary.encode("\n").front();
    return vocabulary.unknown_id() == 0 && vocabulary.size() > 1 ? 1 : 0;
}

}  // namespace marginscope
