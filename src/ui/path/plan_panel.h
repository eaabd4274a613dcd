// Planning, starting and stopping a path.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

/// `of_train`: the settings of Train's next run, which the plan can take over.
void draw_plan(const Frames& frames, PathView& view, const RunConfig& of_train,
               PanelContext& context);

}  // namespace marginscope
