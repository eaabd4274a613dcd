// Flags of `marginscope decode`.
#include "figures/decode/sampling_words.h"

#include <optional>

#include "core/shell_word.h"
#include "files/csv.h"

namespace marginscope {
namespace {

std::string number(const char* name, double value, double usual) {
    return value == usual ? "" : std::string(" --") + name + " " + number_text(value);
}

std::string number(const char* name, const std::optional<double>& value) {
    return value ? std::string(" --") + name + " " + number_text(*value) : "";
}

template <typename Integer>
std::string whole(const char* name, Integer value, Integer usual) {
    return value == usual ? "" : std::string(" --") + name + " " + std::to_string(value);
}

template <typename Enum>
std::string named(const char* name, Enum value, Enum usual) {
    if (value == usual) return {};
    return std::string(" --") + name + " " +
           std::string(kEnumNames<Enum>[static_cast<std::size_t>(value)]);
}

std::string chooser_flags(const ChooserSettings& chooser) {
    std::string words = number("margin-weight", chooser.margin_weight, 0.0);
    if (chooser.averages())
        words += whole("noise-draws", chooser.noise_draws, 0) +
                 number("noise-sigma", chooser.noise_sigma, 0.0) +
                 (chooser.noise_relative ? " --relative" : "");
    words += number("abstain-margin", chooser.abstain_margin) +
             number("abstain-entropy", chooser.abstain_entropy) +
             number("abstain-probability", chooser.abstain_probability);
    if (chooser.averages()) words += number("abstain-information", chooser.abstain_information);
    if (chooser.best_of > 1)
        words += whole("best-of", chooser.best_of, 1) +
                 named("best-by", chooser.best_by, BestBy::logprob);
    return words;
}

}  // namespace

std::string sampling_flags(const SamplingSettings& settings) {
    const SamplingSettings usual;
    return number("temperature", settings.temperature, usual.temperature) +
           whole("top-k", settings.top_k, usual.top_k) +
           number("top-p", settings.top_p, usual.top_p) +
           number("min-margin", settings.min_margin) +
           named("kind", settings.min_margin_kind, usual.min_margin_kind) +
           (settings.allow_beyond ? " --allow-beyond" : "") + chooser_flags(settings.chooser) +
           whole("seed", settings.seed, usual.seed);
}

std::string decode_command(const DecodeFrame& decode, int tokens) {
    std::string words = "marginscope decode";
    if (!decode.model_path.empty()) words += " --model " + shell_path(decode.model_path);
    return words + " --prompt " + shell_word(decode.text) + " --tokens " + std::to_string(tokens) +
           sampling_flags(decode.sampling);
}

}  // namespace marginscope
