// Ranges and costs of the choosers.
#include "core/chooser_settings.h"

#include <cmath>

namespace marginscope {

std::int64_t passes_of(const ChooserSettings& settings, int tokens) {
    return std::int64_t{settings.best_of} * tokens * (1 + settings.noise_draws);
}

std::string cost_sentence(const ChooserSettings& settings, bool margin_refuses) {
    const int each = settings.best_of * (1 + settings.noise_draws);
    std::string words = each == 1 ? "1 pass of the model a token"
                                  : std::to_string(each) + " passes of the model a token";
    std::string parts;
    if (settings.best_of > 1) parts = std::to_string(settings.best_of) + " continuations";
    if (settings.averages())
        parts += (parts.empty() ? "" : ", each ") +
                 std::string("read once as it is and once under each of ") +
                 std::to_string(settings.noise_draws) +
                 (settings.noise_draws == 1 ? " draw of noise" : " draws of noise");
    if (!parts.empty()) words += " (" + parts + ")";
    if (margin_refuses || settings.margin_weight != 0.0)
        words += "; one margin for each candidate that temperature and cuts leave";
    else if (settings.abstain_margin ||
             (settings.best_of > 1 && settings.best_by != BestBy::logprob))
        words += "; one margin a token";
    return words + ".";
}

std::string wrong_setting(const ChooserSettings& settings) {
    if (!std::isfinite(settings.margin_weight))
        return "the margin's weight must be a finite number";
    if (settings.noise_draws < 0 || settings.noise_draws > kMostNoiseDraws)
        return "the draws of noise must be from 0 to " + std::to_string(kMostNoiseDraws);
    if (!(settings.noise_sigma >= 0.0) || !std::isfinite(settings.noise_sigma))
        return "sigma of the noise must be 0 or more";
    for (const auto& limit : {settings.abstain_margin, settings.abstain_entropy,
                              settings.abstain_information, settings.abstain_probability})
        if (limit && !std::isfinite(*limit)) return "a threshold must be a finite number";
    if (settings.abstain_probability &&
        (*settings.abstain_probability < 0.0 || *settings.abstain_probability > 1.0))
        return "the least probability must lie between 0 and 1";
    if (settings.best_of < 1 || settings.best_of > kMostContinuations)
        return "the continuations must be from 1 to " + std::to_string(kMostContinuations);
    return {};
}

}  // namespace marginscope
