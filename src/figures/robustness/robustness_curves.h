// What was measured in Robustness, arranged for drawing: which curves belong into one plot, and
// what they are called.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/messages/robustness.h"

namespace marginscope {

/// A number of a level.
enum class RobustnessQuantity { loss, flips, stories };

struct LevelPoint {
    double level = 0;
    Interval value;
    std::string note = {};  // what else is known of it, line by line: "clean there 1.432 nats"
    // Of models that predict together: what they come to alone, on average.
    std::optional<double> alone = std::nullopt;
    const RobustnessPoint* of = nullptr;  // of a curve: all that was measured there
};

/// A curve of a plot. `model` says its hue; open: noise on random tokens.
struct LevelCurve {
    std::string name;
    std::size_t model = 0;
    bool open = false;
    std::vector<LevelPoint> points;
};

/// "noise", then how characters were spoilt, in the order of their curves.
std::vector<std::string> shown_kinds(const RobustnessFrame& frame);
/// "noise", "characters swapped", …
std::string kind_words(const std::string& kind);
/// Where the curves of that kind are; nullptr before they are measured.
const RobustnessCurves* curves_of(const RobustnessFrame& frame, const std::string& kind);

/// The curves of that kind that have such a number.
std::vector<LevelCurve> level_curves(const RobustnessCurves& curves, const std::string& kind,
                                     RobustnessQuantity quantity);
/// Each model less the first, or (`tokens`) support less random tokens of the same model.
std::vector<LevelCurve> level_differences(const RobustnessCurves& curves, const std::string& kind,
                                          RobustnessQuantity quantity, bool tokens = false);

/// "σ, × RMS", "σ", "share of characters hit".
std::string level_axis(const RobustnessCurves& curves, const std::string& kind);
/// "cross-entropy, nats", "changed predictions, %", "well-formed sentences, %".
const char* quantity_axis(RobustnessQuantity quantity);
/// What is drawn of a value: nats as they are, shares in per cent.
double drawn_value(RobustnessQuantity quantity, double value);
std::string value_words(RobustnessQuantity quantity, const Interval& value);

/// How it was measured: windows, draws, seed, noise.
std::string measured_words(const RobustnessCurves& curves, const std::string& kind);
/// What the differences come to at the highest level where anything can be told.
std::string difference_sentence(const std::vector<LevelCurve>& differences,
                                RobustnessQuantity quantity, const std::string& first,
                                const std::string& axis);
/// The name of a model; those of equal names are told apart by their folders.
std::vector<std::string> model_names(const std::vector<RobustnessModel>& models);

}  // namespace marginscope
