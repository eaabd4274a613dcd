// One plot of a path: lines over lambda_m with bands over seeds, each seed as a thin line behind
// them, labels at their ends. Where seeds split no mean is drawn, but a ring for each group.
//
// Main thread, inside a frame.
#pragma once

#include <implot.h>

#include <memory>
#include <string>
#include <vector>

#include "ui/path/band_cache.h"
#include "ui/theme.h"

namespace marginscope {

struct BandSeries {
    CellQuantity quantity;
    double train_noise = 0;
    std::string name;
    std::string label;  // at the line's end
    ImU32 color = 0;
    ImPlotMarker marker = ImPlotMarker_Circle;

    bool rival() const { return train_noise > 0; }
};

struct BandPlot {
    const char* id;
    const char* y_label;
    float height;
    float label_width;
    bool lambda_words = true;  // under the axis
    bool log_y = false;        // where all values are above 0
    bool seeds = true;         // each as a line
};

void draw_band_plot(const BandPlot& plot, const std::shared_ptr<const PathFrame>& shown,
                    const std::vector<BandSeries>& all, bool relative, BandCache& cache,
                    const Theme& theme);

}  // namespace marginscope
