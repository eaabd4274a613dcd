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

#include "core/messages/robustness_curve.h"
#include "core/messages/robustness_settings.h"
#include "core/statistics.h"

namespace marginscope {

// ---- frames

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
