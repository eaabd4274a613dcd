// What noise and spoilt characters do to models, as curves of a frame.
//
// Plain values; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/robustness_settings.h"
#include "core/statistics.h"

namespace marginscope {

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

}  // namespace marginscope
