// The lambda_m that a rule proposes, and the paired differences it can be checked against.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

/// `of_train`: the settings of Train's next run, which adopting sets.
void draw_proposal(const Frames& frames, PathView& view, RunConfig& of_train,
                   PanelContext& context);

}  // namespace marginscope
