// The axis of a plot over lambda_m: 0 in a slot of its own, then logarithmic.
//
// Main thread, between BeginPlot and the first item.
#pragma once

#include <vector>

#include "figures/path/path_curves.h"

namespace marginscope {

/// Ticks at `lambdas`, on `width` pixels; a label that would touch the one before is left out.
/// `words_shown`: labels and the axis' name, else ticks alone.
void set_up_lambda_axis(const LambdaAxis& axis, const std::vector<double>& lambdas, float width,
                        bool words_shown);

}  // namespace marginscope
