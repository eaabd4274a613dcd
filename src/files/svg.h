// Figures as SVG for papers: lines with bands, axes with ticks, a legend, on white. Any thread.
// What cannot be drawn (NaN, infinities, negative values on a logarithmic axis) breaks the line and
// is counted under the figure, so that nothing vanishes silently.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "files/plot_axis.h"

namespace marginscope {

struct PlotSeries {
    std::string name;               // in the legend; empty: not listed
    std::vector<double> x, y;       // of one length (std::logic_error otherwise)
    std::vector<double> low, high;  // a band (or bars at single points); both empty or as long as x
    std::string color;  // "#rrggbb"; empty: by position in the list, safe for colour-blind readers
    bool line = true;
    bool markers = true;
    bool dashed = false;
};

// A straight line through the figure, with a word: a threshold, a proposed lambda.
struct PlotMark {
    bool vertical = true;
    double value = 0;
    std::string label;
};

struct PlotFigure {
    std::string title;
    std::string caption;  // sample sizes, seeds, units: under the figure, wrapped
    PlotAxis x, y;
    std::vector<PlotSeries> series;
    std::vector<PlotMark> marks;
    double width = 640, height = 420;  // pixels at 96 dpi
};

std::string to_svg(const PlotFigure& figure);
void write_svg(const std::filesystem::path& path,
               const PlotFigure& figure);  // atomically; UserError

}  // namespace marginscope
