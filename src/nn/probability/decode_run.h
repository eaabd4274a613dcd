// Continues a prompt: the numbers of `marginscope decode`. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/sampling.h"
#include "core/stage/margins.h"

namespace marginscope {

struct DecodeRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string prompt;  // UTF-8; empty: a line break, or the first character of the vocabulary
    int tokens = 100;
    SamplingSettings sampling;  // its margins are in the unit of `kind`
    MarginKind kind = MarginKind::determinant;
    int threads = 2;
    bool candidates = false;  // also every token that could have come, so that others can recompute
};

/// A token that could come next, before temperature, cuts and rules.
struct PossibleToken {
    std::string token;
    double logprob = 0.0;          // by the law
    std::optional<double> margin;  // as DecodedToken's
    std::optional<int> crossings;
    std::vector<double> draws;  // log p under each draw of noise
};

struct DecodedToken {
    std::string token;
    double logprob = 0.0;  // by the law: the model's own, or the mean over draws of noise
    double entropy = 0.0;  // of that law, uncut, nats
    std::optional<double> expected_entropy, mutual_information;  // where noise is averaged over
    /// In the unit of its kind: nats of log|det J|, sigma_min, or a distance (these two never
    /// negative). Empty without a stage, without a past, or where no boundary was found.
    std::optional<double> margin;
    std::optional<int> crossings;           // above 0: beyond the boundary
    std::vector<PossibleToken> candidates;  // likeliest first; where asked for
};

/// Why a continuation ended before its length by a threshold.
struct Abstention {
    std::string by;  // "margin", "entropy", "information" or "probability"
    double limit = 0.0, found = 0.0;
    std::string sentence;
    std::vector<PossibleToken> candidates;  // that could have come then; where asked for
};

struct Continuation {
    std::string text;
    std::vector<DecodedToken> tokens;
    std::string stopped;  // "length", "min_margin", "abstained" or "interrupted"
    std::optional<Abstention> abstention;
    /// What continuations are compared by; empty without a token, without a margin.
    std::optional<double> logprob, lowest_margin;
};

struct DecodeResult {
    std::string model;
    std::string prompt;
    std::string text;  // what was added
    std::vector<DecodedToken> tokens;
    std::string stopped;  // of the continuation that was kept
    std::optional<Abstention> abstention;
    std::vector<Continuation> continuations;  // all of them, where several were written
    std::size_t best = 0;                     // which of them was kept
    std::int64_t passes = 0;                  // how often the model read a text
    std::size_t unknown = 0;  // characters of the prompt that the model does not know
    double tokens_per_s = 0.0;
};

/// Both are called on the calling thread. `on_token` for each token that is kept: at once, or after
/// the choice between several continuations; `on_progress` with the tokens written so far.
struct DecodeListener {
    std::function<void(const DecodedToken&)> on_token;
    std::function<void(std::size_t done, std::size_t total)> on_progress;
};

struct Model;

/// What a text begins with: the prompt's tokens, or the opening one.
std::vector<int> first_tokens(const Model& model, const std::string& prompt);
/// What decoding tells of a continuation that somebody else has written.
DecodeResult told(const Model& model, const DecodeRequest& request, std::span<const int> tokens);

/// Throws UserError, with exit code 2 for settings that do not go together; margins ask for a model
/// with a stage (nn/decode/token_chooser.h says what each setting does). A stop request ends it
/// after a token; of several continuations the best of those that are finished is kept.
DecodeResult run_decode(const DecodeRequest& request, const DecodeListener& listener = {},
                        std::stop_token stop = {});

}  // namespace marginscope
