// What a small plot leaves out: ticks that would touch, a legend that it has no room for.
//
// round_ticks() is pure; the others: main thread, inside a frame, with the small font pushed.
#pragma once

#include <implot.h>

#include <initializer_list>
#include <vector>

#include "ui/axis_limits.h"
#include "ui/theme.h"

namespace marginscope {

/// Round values inside the limits, in rising order, at least `apart` pixels from each other on an
/// axis of `pixels`. `log`: its places are logarithms; over ten times and more the ticks are
/// powers of ten, and 2 and 5 times these where there is room.
std::vector<double> round_ticks(AxisLimits limits, double pixels, double apart, bool log = false);

/// Between BeginPlot and the first item: gives a vertical axis less than some lines high these
/// ticks; a higher one keeps ImPlot's own.
void set_up_few_ticks(ImAxis axis, AxisLimits limits, float pixels, const Theme& theme,
                      bool log = false);

/// Whether a legend of one row with these entries fits into a plot of that width.
bool legend_fits(std::initializer_list<const char*> entries, float width);

}  // namespace marginscope
