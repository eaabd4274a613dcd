// How much noise each prediction bears, and which margin says so beforehand: the numbers of
// `marginscope fragility`. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/statistics.h"
#include "core/text_windows.h"
#include "nn/measure/window_text.h"

namespace marginscope {

struct FragilityRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    std::string text;             // UTF-8; its last tenth is measured unless `whole_text`
    bool whole_text = false;
    std::size_t max_positions = 1024;  // in evenly spaced windows
    int directions = 8;
    double max_sigma = 4.0;  // in units of the RMS of the token embeddings
    bool own_token = false;  // noise on the last token read alone, not on all of its window
    bool geometric = false;  // the geometric margin too, which takes long
    std::uint64_t seed = 0;
    int threads = 2;
};

/// One kind of margin of one view, or a rival that needs no margin.
struct Predictor {
    std::string name;  // "stage determinant", "layer 1 singular", "entropy"
    bool rival = false;
    std::vector<double> values;  // by position; NaN: there is none, +inf: no boundary was found
    /// Spearman's, with the sigma that flips; the interval over windows, NaN below eight of them.
    Interval rho;
};

/// A character that was read, and the prediction that follows it.
struct FragilePosition {
    std::size_t i = 0;  // in the text that was measured
    std::string token;
    std::string predicted;  // the likeliest next character without noise
    TextBlock window;
    /// The median over directions of the smallest sigma (in RMS) that makes another character the
    /// likeliest; +inf: half of them or more never do, up to max_sigma.
    double sigma = 0.0;
    int flipped = 0;  // directions that do
};

struct FragilityReport {
    std::string model;
    double rms = 0.0;  // of the token embeddings over what was measured
    std::vector<FragilePosition> positions;
    std::vector<Predictor> predictors;
    std::vector<WindowText> read;  // in the order of their positions
    std::size_t windows = 0;
    std::size_t unknown = 0;   // characters that the model does not know
    std::size_t censored = 0;  // positions whose sigma is +inf
    bool has_stage = false;    // without one there are no margins of the stage
    bool stopped = false;      // ended early on request: no correlation was computed

    /// The strongest by |rho|, of the margins or of the rivals; nothing where none has a rho.
    std::optional<std::size_t> best(bool rival) const;
};

/// Positions and windows as `margins` takes them (WindowRule::half). `progress(done, total)` is
/// called on the calling thread. The flipping sigma is exact to 2.2 %, see flip_search.h. Throws
/// UserError.
FragilityReport measure_fragility(
    const FragilityRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

/// What it comes to, in plain words: which margin predicts best, how well, and its rivals.
std::string fragility_sentence(const FragilityReport& report);

}  // namespace marginscope
