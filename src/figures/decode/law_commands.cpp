// Flags of `marginscope subset` and `marginscope decode --particles`.
#include "figures/decode/law_commands.h"

#include <algorithm>
#include <array>

#include "core/shell_word.h"
#include "figures/decode/characters.h"
#include "figures/decode/sampling_words.h"
#include "files/csv.h"

namespace marginscope {
namespace {

constexpr std::array kMarks = std::to_array<std::string_view>({"_", "?", "#", "~", "*", "□", "○"});

std::string of_model(const DecodeFrame& decode) {
    return decode.model_path.empty() ? "" : " --model " + shell_path(decode.model_path);
}

/// The text with marks where it has holes; empty where there is no such text.
std::string pattern_of(const DecodeFrame& decode, const HolesFrame& holes, std::string_view mark) {
    std::string pattern;
    for (int k = 0; k < holes.read; ++k) {
        const int token = decode.line[static_cast<std::size_t>(k)].token;
        if (std::ranges::count(holes.holes, k, &HoleLaw::index) > 0) {
            pattern += mark;
            continue;
        }
        const std::string character = exact_character(decode, token);
        if (token >= decode.vocabulary || character == mark) return {};
        pattern += character;
    }
    return pattern;
}

}  // namespace

std::string subset_command(const DecodeFrame& decode, const HolesFrame& holes) {
    if (holes.running || holes.read == 0 || holes.read > static_cast<int>(decode.line.size()))
        return {};
    for (const HoleLaw& hole : holes.holes)  // of the text before the last change?
        if (hole.index >= holes.read ||
            decode.line[static_cast<std::size_t>(hole.index)].node != hole.node)
            return {};
    for (const std::string_view mark : kMarks) {
        const std::string pattern = pattern_of(decode, holes, mark);
        if (pattern.empty()) continue;
        return "marginscope subset" + of_model(decode) + " --pattern " + shell_word(pattern) +
               (mark == kMarks[0] ? "" : " --mark " + shell_word(mark)) +
               (holes.draws > 0 ? " --draws " + std::to_string(holes.draws) : "");
    }
    return {};
}

std::string particles_command(const DecodeFrame& decode, const ParticleFrame& particles) {
    if (particles.done == 0) return {};
    return "marginscope decode" + of_model(decode) + particle_flags(particles);
}

std::string holes_flag(const HolesFrame& holes) {
    std::string list;
    for (const HoleLaw& hole : holes.holes)
        list += (list.empty() ? " --holes " : ",") + std::to_string(hole.index);
    return list;
}

std::string particle_flags(const ParticleFrame& particles) {
    const SetParticles& settings = particles.settings;
    // Choosers are of one text: particles do not follow them, and the command refuses them.
    SamplingSettings sampling = particles.sampling;
    sampling.chooser = {};
    sampling.min_margin_kind = MarginKind::determinant;
    return " --prompt " + shell_word(particles.text) + " --tokens " +
           std::to_string(settings.tokens) + " --particles " + std::to_string(settings.particles) +
           (settings.barrier_weight == 0.0
                ? ""
                : " --barrier-weight " + number_text(settings.barrier_weight)) +
           sampling_flags(sampling);
}

}  // namespace marginscope
