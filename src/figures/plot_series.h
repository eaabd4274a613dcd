// Lines, bands, bars and points of a plot. Internal to the room.
#pragma once

#include "figures/axis.h"
#include "figures/canvas.h"
#include "figures/figure.h"

namespace marginscope {

struct PlotScales {
    const AxisScale& x;
    const AxisScale& y;
};

/// The series' own colour where it is one, else that of its place in the list.
std::string color_of_series(const PlotSeries& series, std::size_t index);

void draw_band(const PlotSeries& series, std::size_t index, const PlotScales& scales,
               Canvas& canvas);
void draw_series(const PlotSeries& series, std::size_t index, const PlotScales& scales,
                 Canvas& canvas);

/// Right of the plotting area.
void draw_legend(const Plot& plot, const CanvasRect& area, Canvas& canvas);

}  // namespace marginscope
