// Robustness: what is measured and how, in its form, in commands and in its frames.
//
// Plain values and pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/enum_names.h"
#include "core/messages/twin.h"
#include "core/noise_place.h"
#include "core/noisy_tokens.h"

namespace marginscope {

template <>
inline constexpr auto kEnumNames<NoisyTokens> = std::to_array<std::string_view>({"all", "support",
                                                                                 "random"});
template <>
inline constexpr auto kEnumNames<CharacterChange> =
    std::to_array<std::string_view>({"swap", "drop", "insert", "case"});

struct RobustnessSettings {
    // Checkpoints, run folders, or folders of samples, which predict together; "": what is shown.
    std::vector<std::string> models = {""};
    std::string text;         // a file; "": the text of the window
    bool whole_text = false;  // else its last tenth
    NoisePlace where = NoisePlace::embeddings;
    std::vector<double> sigmas = {0, 0.25, 0.5, 1};
    bool relative = true;                   // sigma × RMS of the token embeddings
    NoisyTokens tokens = NoisyTokens::all;  // that get noise
    int support = 5;                        // support tokens of a window
    std::vector<std::string> characters = {"swap", "drop", "insert", "case"};
    std::vector<double> rates = {0.01, 0.05};
    int story_characters = 600;  // that the model writes a draw, where stories are asked for
    int draws = 8;
    std::uint64_t seed = 0;
    std::size_t max_windows = 256;  // evenly spaced; 0: all
    // Of the flipping sigma.
    std::size_t fragile_model = 0;  // of `models`
    std::size_t positions = 1024;
    int directions = 8;
    double max_sigma = 4;    // × RMS
    bool own_token = false;  // noise on the last token read alone
    bool geometric = false;  // the geometric margin too
    static void fields(auto& self, auto&& visit) {
        visit("models", self.models);
        visit("text", self.text);
        visit("whole_text", self.whole_text);
        visit("where", self.where);
        visit("sigmas", self.sigmas);
        visit("relative", self.relative);
        visit("tokens", self.tokens);
        visit("support", self.support);
        visit("characters", self.characters);
        visit("rates", self.rates);
        visit("story_characters", self.story_characters);
        visit("draws", self.draws);
        visit("seed", self.seed);
        visit("max_windows", self.max_windows);
        visit("fragile_model", self.fragile_model);
        visit("positions", self.positions);
        visit("directions", self.directions);
        visit("max_sigma", self.max_sigma);
        visit("own_token", self.own_token);
        visit("geometric", self.geometric);
    }
    bool operator==(const RobustnessSettings&) const = default;
};

/// What is measured. Stories are written under the noise curve's sigmas, so they bring it along.
struct RobustnessParts {
    bool noise = false;
    bool stories = false;
    bool characters = false;
    bool support = false;  // support tokens against as many random ones
    bool fragility = false;
    static void fields(auto& self, auto&& visit) {
        visit("noise", self.noise);
        visit("stories", self.stories);
        visit("characters", self.characters);
        visit("support", self.support);
        visit("fragility", self.fragility);
    }
    bool any() const { return noise || stories || characters || support || fragility; }
    bool operator==(const RobustnessParts&) const = default;
};

/// What the parts cost: about so many windows of a context are read, over all models.
double robustness_passes(const RobustnessSettings& settings, const RobustnessParts& parts);

}  // namespace marginscope
