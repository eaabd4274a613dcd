// What the form of a path says. Main thread; no drawing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ui/path/path_view.h"

namespace marginscope {

/// What stands between commas and blanks.
std::vector<std::string> split_words(const std::string& text);
/// "0, 0.01 0.02" as numbers; empty with a sentence in `problem` when one is none, or negative.
std::optional<std::vector<double>> parse_numbers(const std::string& text, const char* what,
                                                 std::string& problem);
/// The form's plan, or a sentence in form.problem.
std::optional<PathPlan> plan_of(PlanForm& form, bool relative, double max_clean_loss);
/// The command line of what the form says.
std::string path_command(const PathPlan& plan);

}  // namespace marginscope
