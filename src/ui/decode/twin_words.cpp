// The twin's sentences.
#include "ui/decode/twin_words.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/words.h"

namespace marginscope {
namespace {

const char* place_words(NoisePlace where) {
    switch (where) {
        case NoisePlace::embeddings:
            return "the embeddings";
        case NoisePlace::attention:
            return "what attention reads";
        case NoisePlace::residual:
            return "the residual stream";
    }
    return "";
}

std::string counted(std::size_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

std::string noise_words(const SetDecodeNoise& noise) {
    std::string words = format_number(noise.sigma, 3) + (noise.relative ? " × RMS" : "") + " on " +
                        place_words(noise.where);
    if (!noise.positions.empty())
        words += " of " + counted(noise.positions.size(), "character", "characters");
    return words;
}

std::string twin_sentence(const TwinFrame& twin) {
    if (twin.pending >= static_cast<int>(twin.cells.size()))
        return "Under noise " + noise_words(twin.noise) + ": being computed.";
    std::vector<int> first;
    for (const int index : twin.first_divergence)
        if (index >= 0) first.push_back(index);
    std::sort(first.begin(), first.end());
    const std::size_t draws = twin.first_divergence.size();
    std::string words = "Under noise " + noise_words(twin.noise) + " the likeliest character ";
    if (first.empty()) {
        words += "stays the same everywhere";
    } else {
        words += "first differs at " + std::to_string(first.front());
        if (draws > 1 && first.size() == draws)
            words += " (in half of the draws by " + std::to_string(first[(draws - 1) / 2]) + ")";
        else if (draws > 1)
            words += " (in " + std::to_string(first.size()) + " of " + std::to_string(draws) +
                     " draws it differs anywhere)";
        words += "; " + format_percent(twin.share_flipped) + " of the predictions flip";
    }
    words += ", " + counted(draws, "draw", "draws") + ".";
    if (twin.behind) return words + " Frozen: the text has moved on since.";
    if (twin.pending > 0)
        words += " " + std::to_string(twin.pending) + " of " +
                 counted(twin.cells.size(), "character", "characters") +
                 " are still to be computed.";
    return words;
}

std::string unit_words(const TwinFrame& twin) {
    if (twin.rms.empty()) return "absolute";
    if (twin.rms.size() == 1)
        return "RMS " + format_number(twin.rms.front(), 3) + " of the prompt's token embeddings";
    const auto [least, most] = std::minmax_element(twin.rms.begin(), twin.rms.end());
    return "each layer's own RMS over the prompt, " + format_number(*least, 3) + " to " +
           format_number(*most, 3);
}

}  // namespace marginscope
