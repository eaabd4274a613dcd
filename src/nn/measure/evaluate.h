// Cross-entropy on a text, clean, with Gaussian noise and with spoilt characters: the numbers of
// `marginscope noise`. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/noise_place.h"
#include "core/noisy_tokens.h"
#include "core/probability/calibration.h"
#include "core/statistics.h"

namespace marginscope {

struct NoiseRequest {
    std::filesystem::path model;  // checkpoint or run folder; empty: the small model in assets
    // Where there are any: what predicts is the mean of these models' probabilities, and `model` is
    // only what they are called.
    std::vector<std::filesystem::path> together = {};
    std::string text;  // UTF-8; its last tenth is evaluated unless `whole_text`
    bool whole_text = false;
    std::vector<double> sigmas = {0.0, 0.02, 0.05, 0.1};  // per coordinate, or in units of the RMS
    bool relative = false;  // sigma times the RMS of the token embeddings over the evaluated text
    NoisePlace where = NoisePlace::embeddings;
    NoisyTokens tokens = NoisyTokens::all;
    int support = 5;  // how many support tokens a window has, where only they get noise
    // Instead of noise inside the model: characters spoilt, each with the probability `rates`.
    std::optional<CharacterChange> characters = std::nullopt;
    std::vector<double> rates = {0.01, 0.05};
    int draws = 8;
    std::uint64_t seed = 0;       // equal seeds give equal normal draws to models of equal width
    std::size_t max_windows = 0;  // evenly spaced; 0: all
    int threads = 2;
};

/// Of texts that the model wrote itself under noise (nn/decode/well_formed.h).
struct WellFormedShare {
    Interval share;  // mean over texts, and its 95 % bootstrap interval
    std::size_t sentences = 0, well_formed = 0;
};

/// Of models that predict together: the mean over them of what each does alone, under the same
/// noise and against its own clean predictions.
struct MembersPoint {
    Interval ce, flips, errors;
};

struct NoisePoint {
    double level = 0.0;   // sigma, or the rate of spoilt characters
    double ce = 0.0;      // nats, mean over windows and draws
    double ce_low = 0.0;  // 95 % bootstrap over windows
    double ce_high = 0.0;
    double flips = 0.0;  // share of positions whose most likely next token changed
    double flips_low = 0.0, flips_high = 0.0;  // as for ce
    Interval errors;          // share of positions whose most likely next token did not come
    Interval brier;           // sum over tokens of (p - 1[came])²
    Calibration calibration;  // of the most likely token, by the first draw
    std::optional<MembersPoint> members;
    int draws = 0;
    std::vector<double> window_ce, window_flips;  // mean over draws: for paired comparisons
    // Of spoilt characters alone: the loss of the clean text at the very positions that count, how
    // many characters really changed, and at how many positions the model could be judged.
    std::optional<double> clean_ce, share_changed, share_judged;
    std::optional<WellFormedShare> well_formed;
};

struct NoiseCurve {
    std::string model;
    std::vector<std::string> members;  // files of the models that predict together; else empty
    std::string unit;                  // "absolute", "rms" or "rate"
    std::string where;                 // "characters": what was spoilt is in `change`
    std::string tokens, change;
    double rms = 0.0;  // of the token embeddings over the evaluated text; members': their mean
    double noisy_tokens = 0.0, noisy_place = 0.0;  // how many of a window, and their mean place
    std::vector<NoisePoint> points;
    std::size_t windows = 0;
    std::size_t context = 0;  // characters that each window predicts
    std::size_t unknown = 0;  // characters of the evaluated part that the model does not know
    bool stopped = false;     // only the windows that were whole by then are in it: perhaps none
};

/// One curve over non-overlapping windows. `progress(done, total)` counts passes over the text.
/// Models that predict together get the same normal draws, each in units of its own RMS and on its
/// own support tokens; loss, flips, errors and calibration are of their mean.
/// Support tokens are those of each window by the determinant margin of the model's own stage;
/// random ones are as many of the places that could have been support tokens, new ones for each
/// draw. What they get is what they get when all tokens do. Spoilt characters are judged at the
/// places that text/spoilt_text.h defines, up to the context's end, each against the true next
/// character and, for flips, the clean prediction of that place. Throws UserError.
NoiseCurve evaluate_noise(
    const NoiseRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

const char* name_of(NoisePlace place);
const char* name_of(NoisyTokens tokens);
const char* name_of(CharacterChange change);

}  // namespace marginscope
