// Cross-entropy on a text, clean and with Gaussian noise: the numbers of `marginscope noise`.
// Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/noise_place.h"

namespace marginscope {

struct NoiseRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8; its last tenth is evaluated unless `whole_text`
    bool whole_text = false;
    std::vector<double> sigmas = {0.0, 0.02, 0.05, 0.1};  // per coordinate, or in units of the RMS
    bool relative = false;  // sigma times the RMS of the token embeddings over the evaluated text
    NoisePlace where = NoisePlace::embeddings;
    int draws = 8;
    std::uint64_t seed = 0;       // equal seeds give equal normal draws to models of equal width
    std::size_t max_windows = 0;  // evenly spaced; 0: all
    int threads = 2;
};

struct NoisePoint {
    double sigma = 0.0;
    double ce = 0.0;      // nats, mean over windows and draws
    double ce_low = 0.0;  // 95 % bootstrap over windows
    double ce_high = 0.0;
    double flips = 0.0;  // share of positions whose most likely next token changed
    int draws = 0;
    std::vector<double> window_ce;  // mean over draws: for paired comparisons
};

struct NoiseCurve {
    std::string model;
    std::string unit;  // "absolute" or "rms"
    std::string where;
    double rms = 0.0;  // of the token embeddings over the evaluated text
    std::vector<NoisePoint> points;
    std::size_t windows = 0;
    std::size_t unknown = 0;  // characters of the evaluated part that the model does not know
    bool stopped = false;
};

/// One curve over non-overlapping windows. `progress(done, total)` counts passes over the text.
/// Throws UserError.
NoiseCurve evaluate_noise(
    const NoiseRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

const char* name_of(NoisePlace place);

}  // namespace marginscope
