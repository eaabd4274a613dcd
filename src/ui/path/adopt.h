// From a path to a training: a lambda_m with everything it was trained with goes into Train's form,
// or leaves as a command.
//
// Main thread, inside a frame; the functions of choices are pure.
#pragma once

#include <string>

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

/// What that choice was trained with in the recipe that `path` is of; the first seed where it is of
/// all of them.
RunConfig config_of(const PathFrame& path, const PathChoice& choice);
/// The command line of exactly that training.
std::string cell_command(const PathFrame& path, const PathChoice& choice);

/// Two buttons, and what was adopted as long as Train's form says the same. `of_train`: the
/// settings of Train's next run, whose threads stay.
void draw_adopt(const PathFrame& path, const PathChoice& choice, CompareView& view,
                RunConfig& of_train, PanelContext& context);
void draw_adopted(const CompareView& view, const RunConfig& of_train, PanelContext& context);

}  // namespace marginscope
