// How good and how well calibrated a prediction is that averages over models, or over noise: the
// numbers of `marginscope calibration`. Torch-free.
//
// Probabilities are float64 from the logits on; the mean over members is of probabilities, not of
// logits (core/probability/mean_law.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/probability/calibration.h"
#include "core/statistics.h"

namespace marginscope {

/// One predictor: models whose probabilities are averaged, each with `draws` draws of noise.
struct Predictor {
    std::string name;
    std::vector<std::filesystem::path> models;  // empty path: the small model in assets
    double sigma = 0.0;  // on the embeddings, in units of the RMS of the token embeddings
    int draws = 1;       // with sigma above 0
};

struct PredictiveRequest {
    std::vector<Predictor> predictors;
    std::string text;  // UTF-8; its last tenth is evaluated unless `whole_text`
    bool whole_text = false;
    std::size_t max_windows = 0;  // evenly spaced; 0: all
    std::uint64_t seed = 0;       // of noise and bootstrap
    int threads = 2;
};

/// Means over positions; intervals are 95 % bootstraps over windows.
struct Predictive {
    std::string name;
    std::vector<std::string> models;
    std::size_t passes = 0;   // members times draws: what it costs
    Interval ce, brier;       // nats; sum over tokens of (p - 1[came])²
    double members_ce = 0.0;  // mean loss of the members alone
    double accuracy = 0.0;    // of the most likely token
    double entropy = 0.0;     // of the mean law
    double expected_entropy = 0.0, mutual_information = 0.0;  // core/probability/mean_law.h
    Calibration calibration;
    // Window by window less the first predictor's; of the first itself all zero.
    Interval ce_difference, brier_difference;
    std::vector<double> window_ce, window_brier;
};

struct PredictiveReport {
    std::vector<Predictive> predictors;
    std::size_t windows = 0, positions = 0;
    std::size_t unknown = 0;  // characters of the evaluated part that the models do not know
    bool stopped = false;     // then without predictors that were not whole
};

/// `progress(done, total)` counts batches of windows, over all predictors. UserError: models that
/// differ in vocabulary or context, a text shorter than one window.
PredictiveReport evaluate_predictors(
    const PredictiveRequest& request,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {},
    std::stop_token stop = {});

}  // namespace marginscope
