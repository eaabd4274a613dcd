// View state of the panels of the Train workspace.
#pragma once

#include <cstdint>
#include <string>

#include "core/run/run_config.h"
#include "figures/train/margin_columns.h"
#include "figures/train/train_series.h"
#include "ui/axis_limits.h"
#include "ui/train/settings_history.h"

namespace marginscope {

/// Thinned for a plot.
struct LossCurves {
    Curve ce, barrier, below;
};

struct LossView : LossCurves {
    bool log_y = false;
    int smooth = 1;   // steps; 1: none
    bool fit = true;  // follow the data; off as soon as the user moves the plot
    int second =
        1;  // what stands under the losses: log|det|, share beyond, gradient norm, learning rate
    // Thinned curves of the last series version and width
    std::uint64_t version = 0;
    int columns = 0;
    int smoothed_by = 0;
    int second_of = -1;
    LossCurves fork;                 // from the step it left its parent
    std::int64_t hovered_step = -1;  // the one under the mouse; -1: none
    std::int64_t moment = -1;        // the one that is looked back at; -1: none
    // What the axes show; both plots share x.
    AxisLimits x, ce_limits, barrier_limits, below_limits;
};

/// What a map over the steps was drawn of.
struct StepMapView {
    std::size_t looks = 0;
    std::int64_t last_step = -1;
    std::string label;
    std::uint64_t version = 0;  // of the picture
};

struct HistogramView : StepMapView {
    float threshold = -2.0F;  // log|det|
    MarginColumns picture;
};

struct HeadHistoryView : StepMapView {
    int figure = 0;  // HeadFigure
    int drawn = -1;  // the one in the picture
    StepColumns picture;
};

struct RunFormView {
    RunConfig config;
    bool from_loaded = false;
    std::string run_folder;
    std::string resume_folder;
    std::string problem;  // what is wrong with the form, in a sentence
    double until = 0;
};

/// Live values while a slider is held, so that frames that arrive meanwhile do not pull it back; a
/// change is sent, and leaves its mark, once the mouse lets go.
struct LiveView {
    std::string changed;  // field that waits to be sent, or ""
    double value = 0;
    double lambda = 0, lr = 0, noise = 0, clip = 0;
    bool of_fork = false;  // which of the two runs the controls and the maps are of
};

/// Looking back at earlier steps.
struct MomentView {
    double step = 0;          // of the slider
    std::int64_t asked = -1;  // last; -1: as it is
    double asked_at = -1e9;   // seconds of the window
    bool playing = false;
};

struct TrainView {
    LossView loss;
    HistogramView histogram;
    HeadHistoryView heads;
    RunFormView form;
    LiveView live;
    MomentView moment;
    SettingsHistory settings;
};

}  // namespace marginscope
