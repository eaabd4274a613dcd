// Digits that are known, and the law that particles are of.
#include "figures/decode/law_words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/words.h"

namespace marginscope {
namespace {

// What the model reads for all that it does not know has no face of its own in every font.
constexpr std::string_view kUnknown = "\uFFFD";

std::string with_decimals(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f %%", decimals, value);
    return text;
}

}  // namespace

std::string share_words(float share, float error) {
    const double percent = 100.0 * static_cast<double>(share);
    const double doubt = 100.0 * static_cast<double>(error);
    if (!std::isfinite(percent) || !std::isfinite(doubt))
        return format_percent(static_cast<double>(share));
    // Every draw says the same: that is not certainty.
    if (doubt <= 0.0) return format_percent(std::clamp(0.01 * percent, 1e-9, 1.0 - 1e-9));
    // Two standard errors from nothing at least, else a bound.
    if (percent < 2.0 * doubt) return "< " + format_number(percent + 2.0 * doubt, 1) + " %";
    const int place = static_cast<int>(std::floor(std::log10(doubt)));
    const double unit = std::pow(10.0, place);
    return with_decimals(std::round(percent / unit) * unit, std::clamp(-place, 0, 6));
}

std::string share_with_error(float share, float error) {
    if (std::isnan(share)) return kNoNumber;
    if (std::isnan(error)) return format_number(100.0 * static_cast<double>(share)) + " %";
    return share_words(share, error) + " ± " +
           format_number(100.0 * static_cast<double>(error), 1) + " %";
}

float told_by_what_follows(const HoleLaw& hole) {
    if (hole.both.empty() || hole.past.size() != hole.both.size()) return kNoValue;
    float sum = 0;
    for (std::size_t k = 0; k < hole.both.size(); ++k)
        if (hole.both[k] > 0 && hole.past[k] > 0)
            sum += hole.both[k] * std::log(hole.both[k] / hole.past[k]);
    return sum;
}

std::string unknown_words(const DecodeFrame& decode, const HolesFrame& holes) {
    const std::size_t read =
        std::min(decode.line.size(), static_cast<std::size_t>(std::max(0, holes.read)));
    for (std::size_t k = 0; k < read; ++k)
        if (decode.line[k].token >= decode.vocabulary)
            return "Characters that the model does not know are read as its unknown one.";
    return "";
}

std::string shown_filling(const HoleFilling& filling) {
    std::string shown;
    for (const char c : filling.text)
        shown += c == '\n' ? "↵" : c == '\t' ? "⇥" : c == ' ' ? "·" : std::string(1, c);
    for (std::size_t k = shown.find(kUnknown); k != std::string::npos; k = shown.find(kUnknown))
        shown.replace(k, kUnknown.size(), "?");
    return shown;
}

// The condition is a setting of the sampling: said here, set there.
std::string law_words(const ParticleFrame& particles) {
    const SamplingSettings& sampling = particles.sampling;
    const double weight = particles.settings.barrier_weight;
    std::string words = "Law: the model's at temperature " + format_number(sampling.temperature, 3);
    if (sampling.top_k > 0) words += ", top-k " + std::to_string(sampling.top_k);
    if (sampling.top_p < 1.0) words += ", top-p " + format_number(sampling.top_p, 3);
    if (weight != 0.0) words += ", times exp(-" + format_number(weight, 3) + " · sum of barriers)";
    if (sampling.min_margin)
        words += ", given that every log|det J| is at least " +
                 format_number(*sampling.min_margin, 3) +
                 (sampling.allow_beyond ? "" : " and none lies beyond the boundary");
    if (sampling.chooser != ChooserSettings{})
        words += "; choosers that are on are of one text at a time and not of this law";
    return words + ".";
}

bool weighs(const ParticleFrame& particles) {
    return particles.settings.barrier_weight != 0.0 || particles.sampling.min_margin.has_value();
}

std::string constant_words(const ParticleFrame& particles) {
    if (!weighs(particles)) return "Plain samples, all of the same weight; equal texts share a row";
    const double log_z = static_cast<double>(particles.log_z);
    if (std::isnan(log_z) || particles.done == 0) return "";
    if (std::isinf(log_z)) return "Z = 0";
    if (std::isnan(particles.log_z_error))
        return "log Z = " + format_number(log_z, 4) +
               " (error not known: too few families are left)";
    const double doubt = 100.0 * static_cast<double>(particles.log_z_error);
    return "log Z = " + format_number(log_z, 3) + " (Z ± " +
           (doubt < 0.001 ? "less than 0.001" : format_number(doubt, 2)) + " %)";
}

}  // namespace marginscope
