// Robustness: what noise and spoilt characters do to models, and which margin says so beforehand.
//
// The numbers are those of `marginscope noise` and `marginscope fragility` with the same settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/robustness_settings.h"
#include "core/statistics.h"

namespace marginscope {

// ---- frames

/// A model as it was measured.
struct RobustnessModel {
    std::string label;
    std::string path;  // the file, or the folder of samples, that was read; "": only in memory
    bool operator==(const RobustnessModel&) const = default;
};

/// Of texts that the model wrote under noise: the share of well-formed sentences, mean over texts.
struct StoryShare {
    Interval share;
    std::size_t sentences = 0, well_formed = 0;
};

/// Of models that predict together: the mean over them of what each does alone.
struct RobustnessMembers {
    Interval ce, flips, errors;
};

/// One level of a curve. Intervals are 95 % bootstraps over windows.
struct RobustnessPoint {
    double level = 0;  // sigma, or the rate of spoilt characters
    Interval ce;       // nats
    Interval flips;    // share of positions whose likeliest next character changed
    int draws = 0;
    // Of spoilt characters: clean loss at the places that count, changed and judged characters.
    std::optional<double> clean_ce, share_changed, share_judged;
    std::optional<StoryShare> stories;
    Interval errors;  // share of positions whose likeliest next character did not come
    Interval brier;   // sum over characters of (p - 1[came])²
    // Expected calibration error of the likeliest character, and what a calibrated model's would
    // be: the first lies above the truth by about the second.
    double ece = 0, ece_if_calibrated = 0;
    std::optional<RobustnessMembers> members;
};

struct RobustnessCurve {
    std::size_t model = 0;  // of RobustnessCurves::models
    std::string unit;       // "absolute", "rms" or "rate"
    std::string where;      // "characters": what was spoilt is in `change`
    std::string tokens, change;
    double rms = 0;  // of the token embeddings over the evaluated text
    double noisy_tokens = 0, noisy_place = 0;
    std::size_t windows = 0, context = 0, unknown = 0;
    std::vector<RobustnessPoint> points;
    std::size_t members = 1;  // models that predict together
};

/// One curve less another, window by window.
struct RobustnessDifference {
    struct Point {
        double level = 0;
        Interval ce, flips;
    };
    std::size_t curve = 0, to = 0;
    std::vector<Point> points;
};

/// What one part of the workspace measured, curve by curve as they come.
struct RobustnessCurves {
    RobustnessSettings settings;
    std::string text_label;
    std::vector<RobustnessModel> models;  // as asked; a curve may be missing
    std::vector<RobustnessCurve> curves;
    std::vector<RobustnessDifference> differences;
    std::vector<std::string> unpaired;  // a sentence for each pair that saw different windows
};

/// What the model had read of a place: from its window's first character on.
struct FragileWindow {
    std::size_t begin = 0;  // in the text that was measured
    std::vector<std::string> characters;
};

/// A character that was read, and the prediction that follows it.
struct FragilePlace {
    std::size_t i = 0;  // in the text that was measured
    std::string token, predicted;
    std::size_t window = 0;  // of FragilityFrame::read
    double sigma = 0;        // the smallest that flips, × RMS; +inf: none up to max_sigma
    int flipped = 0;         // directions that do
};

/// What is known of a character without noise: a margin, or a rival that needs none.
struct FragilityPredictor {
    std::string name;  // "stage determinant", "layer 1 singular", "entropy"
    bool rival = false;
    std::vector<double> values;  // by place; NaN: there is none, +inf: no boundary was found
    Interval rho;                // Spearman's with the sigma; NaN bounds below eight windows
};

struct FragilityFrame {
    RobustnessSettings settings;
    std::string text_label;
    RobustnessModel model;
    double rms = 0;
    std::vector<FragileWindow> read;
    std::vector<FragilePlace> places;
    std::vector<FragilityPredictor> predictors;
    std::optional<std::size_t> best_margin, best_rival;
    std::size_t windows = 0, unknown = 0, censored = 0;
    bool has_stage = false;
    std::string sentence;  // what it comes to
};

struct RobustnessFailure {
    std::string model;  // its label; "": of the settings
    std::string sentence;
    bool operator==(const RobustnessFailure&) const = default;
};

struct RobustnessFrame {
    std::uint64_t version = 0;
    std::shared_ptr<const RobustnessCurves> noise, characters, support;
    std::shared_ptr<const FragilityFrame> fragility;
    bool running = false;
    RobustnessParts parts;    // that run, or ran last
    std::string doing;        // "noise on run-a, 2 of 6"
    double progress = 0;      // 0…1
    double eta_secs = 0;      // 0 when nothing is known yet
    double passes_per_s = 0;  // windows read per second by the last measurement; 0: none yet
    std::vector<RobustnessFailure> failures;
    std::string sentence;  // how the last one ended
};

// ---- commands

// results that were there stay until the same part has new ones
struct StartRobustness {
    static constexpr std::string_view kName = "start_robustness";
    RobustnessSettings settings;
    RobustnessParts parts;
    static void fields(auto& self, auto&& visit) {
        visit("settings", self.settings);
        visit("parts", self.parts);
    }
};
struct StopRobustness {
    static constexpr std::string_view kName = "stop_robustness";
    static void fields(auto&, auto&&) {}
};

}  // namespace marginscope
