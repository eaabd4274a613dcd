// The lambda_m that a rule proposes, and the paired differences it can be checked against.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

void draw_proposal(const Frames& frames, PathView& view, PanelContext& context);

}  // namespace marginscope
