// Starting, pausing and stepping a training; the values that change live.
#pragma once

#include "core/run/run_config.h"
#include "ui/panel.h"
#include "ui/train/train_view.h"

namespace marginscope {

void draw_run_controls(const Frames& frames, const TrainHistory& history, TrainView& view,
                       PanelContext& context);

/// The settings of the next run, from the field table: what needs a restart lives here.
void draw_run_form(const Frames& frames, const TrainHistory& history, TrainView& view,
                   PanelContext& context);

/// The command line of what the form says: beside the loaded model and the text of the next run.
std::string train_command(const RunFormView& form, const Frames& frames);

}  // namespace marginscope
