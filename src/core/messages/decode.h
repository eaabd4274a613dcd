// Decode: what the window asks of the shown text, and what it shows of it.
//
// Indices named `index` count characters of the shown text from 0; `window_begin` is the first of
// them that the model still sees. Missing numbers are NaN in floats, empty in optionals.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/margin_kind.h"
#include "core/messages/no_value.h"
#include "core/sampling.h"

namespace marginscope {

// ---- frames

/// One character of the line through the tree: the path to the cursor, then the future last walked
/// from it.
struct TokenCell {
    int token = 0;
    int node = 0;              // its node in the tree
    float logprob = kNoValue;  // of this token given its past; NaN at index 0
    float entropy = kNoValue;  // of the distribution it was drawn from, nats
};

/// What the next token could be at the cursor.
struct CandidateCell {
    int token = 0;
    float probability = 0;  // after temperature and cuts
    float logprob = 0;      // of the model itself
    float logdet =
        kNoValue;  // log|det J| the next position would have; NaN without a stage or a past
    int crossings = 0;
    int node = -1;  // an existing branch that starts with it, or -1
};

struct TreeNode {
    int parent = -1;  // -1: the root's first token
    int token = 0;
    int depth = 0;  // index in the text
    bool on_line = false;
};

struct DecodeFrame {
    std::uint64_t version = 0;
    std::string model_label;
    std::shared_ptr<const std::vector<std::string>> symbols;  // visible symbol of each token id
    std::vector<TokenCell> line;
    int cursor = 0;  // cells before it are the present text; the rest is the future already walked
    int window_begin = 0;
    int context = 0;
    std::vector<CandidateCell> candidates;
    float next_entropy = kNoValue;
    std::vector<TreeNode> tree;
    SamplingSettings sampling;
    bool playing = false;
    double tokens_per_s = 0;
    double noise_sigma = 0;
    bool noise_relative = false;
    std::uint64_t noise_seed = 0;
    std::vector<int> dragged;  // indices of tokens whose embedding the user moved
};

/// The stage's margins of one character; `valid` is false where there is none (first two of a
/// window, or no stage).
struct MarginCell {
    bool valid = false;
    float logdet = kNoValue;
    int sign = 0;
    int crossings = 0;
    float sigma_min = kNoValue;
    std::optional<float> geometric;  // signed; empty: not computed or none found
    bool geometric_known = false;    // computed, though perhaps none was found within the radius
    float energy = kNoValue;         // |e|^2 / (2 sigma^2)
    float lowest_head = kNoValue;    // smallest log|det| over layers and heads (E14)
    int lowest_head_layer = -1;
    int lowest_head_index = -1;
    bool support = false;
    int recurrence = 0;  // in how many of `stage_seeds` other fits it is a support token too
};

struct MarginFrame {
    std::uint64_t version = 0;
    MarginKind kind = MarginKind::determinant;
    std::vector<MarginCell> cells;  // one per cell of DecodeFrame::line before the cursor
    std::vector<int> support;       // indices, nearest the boundary first
    double share_beyond = 0;        // over the window
    double nats_per_position = 0;
    std::string stage_label;  // "fitted", "live", or why there is none
    int stage_seeds = 0;
    bool has_stage = false;
};

/// The shown text with and without the decode noise.
struct NoiseFrame {
    std::uint64_t version = 0;
    double sigma = 0;
    // Per window position: clean against noisy next-token distribution, nats.
    std::vector<float> kl;
    int first_flip = -1;  // index in the text of the first changed argmax, or -1
    int flips = 0;
};

// ---- commands

struct SetPrompt {
    static constexpr std::string_view kName = "set_prompt";
    std::string text;
    static void fields(auto& self, auto&& visit) { visit("text", self.text); }
};
// negative: back; forwards along the future already walked, then new tokens
struct StepDecode {
    static constexpr std::string_view kName = "step_decode";
    int count = 1;
    static void fields(auto& self, auto&& visit) { visit("count", self.count); }
};
// the cursor goes behind this character of the line
struct JumpDecode {
    static constexpr std::string_view kName = "jump_decode";
    int index = 0;
    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
};
// another branch of the tree
struct GoToNode {
    static constexpr std::string_view kName = "go_to_node";
    int node = 0;
    static void fields(auto& self, auto&& visit) { visit("node", self.node); }
};
// continue with this candidate: a new branch, or the existing one
struct ChooseToken {
    static constexpr std::string_view kName = "choose_token";
    int token = 0;
    static void fields(auto& self, auto&& visit) { visit("token", self.token); }
};
struct PlayDecode {
    static constexpr std::string_view kName = "play_decode";
    bool on = true;
    double tokens_per_s = 8.0;
    static void fields(auto& self, auto&& visit) {
        visit("on", self.on);
        visit("tokens_per_s", self.tokens_per_s);
    }
};
struct SetSampling {
    static constexpr std::string_view kName = "set_sampling";
    SamplingSettings settings;
    static void fields(auto& self, auto&& visit) { visit("settings", self.settings); }
};
struct SetDecodeNoise {
    static constexpr std::string_view kName = "set_decode_noise";
    double sigma = 0;
    bool relative = true;
    std::uint64_t seed = 0;
    static void fields(auto& self, auto&& visit) {
        visit("sigma", self.sigma);
        visit("relative", self.relative);
        visit("seed", self.seed);
    }
};

}  // namespace marginscope
