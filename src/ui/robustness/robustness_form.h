// What the form of Robustness says: the settings of a measurement, and its command lines.
//
// Main thread; no drawing.
#pragma once

#include <optional>
#include <string>

#include "core/messages/frames.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

/// The form's settings, or a sentence in form.problem.
std::optional<RobustnessSettings> settings_of(RobustnessForm& form);
/// A line for each command that measures the same; `shown_model`: the file that is shown, or "".
std::string robustness_commands(const RobustnessSettings& settings, const RobustnessParts& parts,
                                const std::string& shown_model);
/// "about 20 s", or how many windows are read where no speed is known yet.
std::string cost_words(const RobustnessSettings& settings, const RobustnessParts& parts,
                       const RobustnessFrame* frame);
/// Adds a model once; false where it is there already.
bool add_model(RobustnessForm& form, const std::string& path);
/// "barrier.safetensors", "run-a": what a row of the list says.
std::string model_words(const std::string& path, const Frames& frames);
/// What the window has opened, as a command line names it; "": only in memory.
std::string opened_model(const Frames& frames);

}  // namespace marginscope
