// What figures are made from: the frames of one moment, the series of a training run, and what the
// window looks at.
//
// Plain values; any thread. Frames never change once published, so a source may go to another
// thread.
#pragma once

#include <memory>
#include <string>

#include "core/messages/frames.h"
#include "core/messages/view.h"
#include "figures/path_look.h"
#include "figures/robustness_look.h"
#include "figures/train/train_series.h"

namespace marginscope {

/// Where one looks, and how panels show it.
struct FigureView {
    SetView asked;  // which character, margin, windows and plane the frames were asked for
    int layer = 0;
    int head = 0;
    bool log_attention = true;
    bool volume_share = true;  // causes by it, else by the trace share
    float low_margin = -2;     // the threshold of the shown kind
    bool log_loss = false;
    int smooth = 1;  // steps
    float low_logdet = -2;
    int head_figure = 0;    // of heads over time: HeadFigure
    int quantity = 0;       // of the path's grid
    bool relative = false;  // unit of a path's noise
    PathLook path;
    RobustnessLook robustness;
};

struct FigureSource {
    Frames frames;
    std::shared_ptr<const TrainHistory> history;  // of training; may be null
    FigureView view;
    std::shared_ptr<const PathFrame>
        whole_path;       // frames.path may be one of its recipes; null: all
    std::string command;  // that makes the figure again; "" where there is none
};

}  // namespace marginscope
