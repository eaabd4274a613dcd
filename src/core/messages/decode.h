// Decode: what the window asks of the shown text, and what it shows of it.
//
// Indices named `index` count characters of the shown text from 0; `window_begin` is the first of
// them that the model still sees. Missing numbers are NaN in floats, empty in optionals.
// Token ids from DecodeFrame::vocabulary on are characters that the model does not know.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/margins.h"
#include "core/messages/no_value.h"
#include "core/messages/twin.h"
#include "core/messages/view.h"
#include "core/sampling.h"

namespace marginscope {

template <>
inline constexpr auto kEnumNames<BestBy> = std::to_array<std::string_view>({"logprob", "margin",
                                                                            "both"});

// ---- frames

/// One character of the line through the tree: the path to the cursor, then the future last walked
/// from it.
struct TokenCell {
    int token = 0;
    int node = 0;              // its node in the tree
    float logprob = kNoValue;  // of this token given its past; NaN at index 0
    float entropy = kNoValue;  // of the distribution it was drawn from, nats
    // Of its predictions under draws of noise where the chooser averages over them, else by the
    // models that predict together (DecodeFrame::ensemble): the mean of their entropies, and how
    // much the entropy of their mean is above it. NaN: not known.
    float expected_entropy = kNoValue;
    float mutual_information = kNoValue;
    float mean_logprob = kNoValue;  // of this token by those models' mean probability
};

/// What the next token could be at the cursor.
struct CandidateCell {
    int token = 0;
    float probability = 0;    // after temperature and cuts
    float logprob = 0;        // of the model itself
    float logdet = kNoValue;  // log|det J| it would have; NaN without a stage or a past
    int crossings = 0;
    int node = -1;  // an existing branch that starts with it, or -1
    // By DecodeFrame::ensemble's mean, of the models as they are: no temperature, no cuts.
    float mean_probability = kNoValue;
};

struct TreeNode {
    int parent = -1;  // -1: the root's first token
    int token = 0;
    int depth = 0;  // index in the text
    bool on_line = false;
    bool hidden = false;  // pruned, or behind a folded branch
};

struct DecodeFrame {
    std::uint64_t version = 0;
    std::string model_label;
    std::string model_path;  // as it was opened; empty: only in memory
    // "8 samples": models that were opened together from a folder. Text and margins are of the one
    // that label and path name; the mean of their probabilities is theirs. Empty: one model.
    std::string ensemble, ensemble_path;
    std::shared_ptr<const std::vector<std::string>> symbols;  // visible symbol of each token id
    std::string text;                                         // before the cursor, as given, UTF-8
    std::shared_ptr<const std::vector<std::string>> texts;    // the characters themselves
    std::vector<TokenCell> line;
    int cursor = 0;  // cells before it are the present text; the rest is the future already walked
    int window_begin = 0;
    int context = 0;
    int vocabulary = 0;                   // tokens of the model; ids from here on are unknown to it
    int unknown = 0;                      // characters of the line that the model does not know
    std::int64_t left_out = 0;            // characters of the given text after those that are shown
    int selected = -1;                    // the character the other frames speak of
    std::uint64_t selected_revision = 0;  // equals BoundaryFrame::revision unless that one is late
    std::vector<CandidateCell> candidates;
    float next_entropy = kNoValue;
    std::vector<TreeNode> tree;
    SamplingSettings sampling;
    bool playing = false;
    double tokens_per_s = 0;
    SetDecodeNoise noise;      // of the twin
    std::vector<int> dragged;  // indices of tokens whose embedding the user moved
    SetView view;              // the document's
    // Counts how often the view came from elsewhere than a panel (undo, a session): what shows it
    // follows then.
    std::uint64_t view_given = 0;
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

}  // namespace marginscope
