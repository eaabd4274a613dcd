// Continues a prompt: the numbers of `marginscope decode`. Torch-free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
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
    SamplingSettings sampling;  // its least margin is in the unit of `kind`
    MarginKind kind = MarginKind::determinant;
    int threads = 2;
};

struct DecodedToken {
    std::string token;
    double logprob = 0.0;  // of the model itself
    double entropy = 0.0;  // of the distribution it was drawn from
    /// In the unit of its kind: nats of log|det J|, sigma_min, or a distance (these two never
    /// negative). Empty without a stage, without a past, or where no boundary was found.
    std::optional<double> margin;
    std::optional<int> crossings;  // above 0: beyond the boundary
};

struct DecodeResult {
    std::string model;
    std::string prompt;
    std::string text;  // what was added
    std::vector<DecodedToken> tokens;
    std::string stopped;      // "length", "min_margin" or "interrupted"
    std::size_t unknown = 0;  // characters of the prompt that the model does not know
    double tokens_per_s = 0.0;
};

/// `on_token` is called on the calling thread after each token. Throws UserError;
/// `sampling.min_margin` needs a model with a stage (nn/decode/token_chooser.h says what it does).
DecodeResult run_decode(const DecodeRequest& request,
                        const std::function<void(const DecodedToken&)>& on_token = {},
                        std::stop_token stop = {});

}  // namespace marginscope
