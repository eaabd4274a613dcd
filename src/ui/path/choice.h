// Choosing a model or a lambda of a path: a click chooses the first of the two that Compare shows,
// a click with Ctrl the second. Compare has a list for either.
//
// Main thread, inside a frame.
#pragma once

#include <vector>

#include "figures/path/path_comparison.h"
#include "ui/panel.h"
#include "ui/path/path_view.h"
#include "ui/widgets.h"

namespace marginscope {

/// After a click on one finished model: it is shown everywhere, or compared.
void choose_model(const PathCell& cell, PathView& view, PanelContext& context);
/// After a click on a lambda with all its seeds.
void choose_lambda(double lambda, double train_noise, PathView& view);

/// "click opens it everywhere" and "Ctrl+click compares": the last lines of a hover card.
std::vector<CardLine> choice_lines(const Theme& theme, bool one_model);

}  // namespace marginscope
