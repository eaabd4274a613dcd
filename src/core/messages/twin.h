// The twin: the shown text under noise beside itself without it.
//
// A number at index i is of character i: of its prediction from what stands before it, or of its
// margin. Draws are keyed by (seed, draw, index of the character, layer), so neither the windows
// nor what follows changes them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/margin_kind.h"
#include "core/messages/enum_names.h"
#include "core/messages/no_value.h"
#include "core/noise_place.h"

namespace marginscope {

template <>
inline constexpr auto kEnumNames<NoisePlace> =
    std::to_array<std::string_view>({"embeddings", "attention", "residual"});

constexpr int kMostTwinDraws = 256;

// ---- commands

// The noise of the twin; the text itself stays clean.
struct SetDecodeNoise {
    static constexpr std::string_view kName = "set_decode_noise";
    double sigma = 0;      // per coordinate; 0: no twin
    bool relative = true;  // sigma in units of the RMS of what it is added to, over the given text
    std::uint64_t seed = 0;
    NoisePlace where = NoisePlace::embeddings;
    std::vector<int> positions =
        {};  // indices of the characters that get noise, rising; empty: all
    int draws = 8;
    bool frozen = false;  // the twin stays as it is while the text goes on
    static void fields(auto& self, auto&& visit) {
        visit("sigma", self.sigma);
        visit("relative", self.relative);
        visit("seed", self.seed);
        visit("where", self.where);
        visit("positions", self.positions);
        visit("draws", self.draws);
        visit("frozen", self.frozen);
    }
    bool operator==(const SetDecodeNoise&) const = default;
};

// ---- frames

/// One character. Numbers are means over the draws; NaN: none (no prediction, no boundary).
struct TwinCell {
    int token = 0;                   // the text's own
    int clean = -1;                  // likeliest without noise; -1: nothing before predicts
    int noisy = -1;                  // likeliest under the first draw
    bool known = false;              // computed
    bool stale = false;              // of noise settings before the present ones
    float kl = kNoValue;             // KL(clean || noisy), nats
    float margin_gap = kNoValue;     // noisy - clean, in the unit of the frame's kind
    float share_flipped = kNoValue;  // of the draws: another character is the likeliest
    // Of the distribution averaged over draws, and the mean of the draws' own entropies: their
    // difference is the mutual information, what the draws disagree in.
    float entropy = kNoValue;
    float expected_entropy = kNoValue;
    float mutual_information = kNoValue;
};

/// A candidate for the selected character.
struct TwinCandidate {
    int token = 0;
    float clean = 0;     // probability without noise
    float averaged = 0;  // over draws
};

struct TwinFrame {
    std::uint64_t version = 0;
    SetDecodeNoise noise;  // sigma 0: no twin, and nothing else is filled
    MarginKind kind = MarginKind::determinant;
    std::vector<double> rms;  // the unit of relative noise: one, or one a layer; empty: absolute
    std::vector<TwinCell> cells;  // one per character before the cursor
    int pending = 0;              // cells that are not computed for these settings yet
    bool behind = false;          // frozen, and the text has moved on since
    // Of what is computed: by draw the first character whose likeliest is another one, or -1.
    std::vector<int> first_divergence;
    double share_flipped = 0;  // of predictions, over all draws
    double mean_kl = 0;
    int selected = -1;
    std::vector<TwinCandidate> average;  // of the selected character, the likeliest first
};

}  // namespace marginscope
