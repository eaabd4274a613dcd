// A text under noise beside itself: the numbers of `marginscope twin`. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/margin_kind.h"
#include "core/noise_place.h"
#include "core/sampling.h"
#include "core/text_windows.h"

namespace marginscope {

struct TwinRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8; of a longer one the first `max_positions` characters
    std::size_t max_positions = 20'000;
    double sigma = 0.0;     // per coordinate
    bool relative = false;  // in units of the RMS of what it is added to, over the text
    NoisePlace where = NoisePlace::embeddings;
    std::vector<int> positions;  // indices of the characters that get noise; empty: all
    int draws = 8;
    std::uint64_t seed = 0;
    MarginKind kind = MarginKind::determinant;
    WindowRule windows = WindowRule::half;
    // More than 0: the model goes on writing, clean and under each draw, with equal draws of the
    // sampler; the numbers are then of the text with what was written clean.
    int tokens = 0;
    SamplingSettings sampling;
    int threads = 2;
};

/// One draw. Entries are empty where there is no number: no prediction, no boundary, no stage.
struct TwinDraw {
    std::optional<std::size_t> first_divergence;
    std::vector<std::size_t> flips;  // indices whose likeliest character is another one
    std::vector<std::optional<double>> kl, margin_gap;  // by index
    std::string written;                                // under this draw, with `tokens`
};

struct TwinReport {
    std::string model;
    std::vector<std::string> tokens;  // what the numbers are of
    std::size_t given = 0;            // how many of them were given; the rest was written
    std::size_t left_out = 0;         // characters given after those that were read
    std::vector<double> rms;  // unit of relative noise: one, or one a layer; empty: absolute
    std::vector<TwinDraw> draws;
    std::vector<std::optional<double>> share_flipped, mean_kl;       // over draws, by index
    std::vector<std::optional<double>> entropy, mutual_information;  // of the mean distribution
    std::size_t windows = 0;
    std::size_t unknown = 0;  // characters that the model does not know
    bool has_stage = false;
    bool stopped = false;  // ended early on request: numbers of the first windows only
};

/// `progress(done, total)` is called on the calling thread. A stop request returns what is done.
/// Throws UserError.
TwinReport run_twin(const TwinRequest& request,
                    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
                    std::stop_token stop = {});

}  // namespace marginscope
