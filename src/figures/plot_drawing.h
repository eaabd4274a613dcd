// Draws one plot of a figure: axes, fields, series, marks, legend and colour bars.
//
// One thread per canvas.
#pragma once

#include "figures/canvas.h"
#include "figures/figure.h"

namespace marginscope {

/// What stands beside the plotting area; plots of one figure share the widest, so that their areas
/// stand under one another.
struct PlotMargins {
    double left = 0, right = 0;
};
/// `height` is what the plot gets.
PlotMargins plot_margins(const Plot& plot, double width, double height);

void draw_plot(const Plot& plot, CanvasRect place, const PlotMargins& margins, Canvas& canvas);

/// Points without a place on the plot's axes.
std::size_t hidden_points(const Plot& plot);

inline constexpr double kFigureText = 12, kFigureSmall = 11;  // pixels
inline constexpr const char* kFigureInk = "#222222";
inline constexpr const char* kFigureDim = "#555555";
inline constexpr const char* kFigureAxis = "#444444";
inline constexpr const char* kFigureGrid = "#e6e6e6";

}  // namespace marginscope
