// Losses and margins of a path against lambda_m, and the two losses against each other.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

void draw_path_losses(const Frames& frames, PathView& view, PanelContext& context);
void draw_path_margins(const Frames& frames, PathView& view, PanelContext& context);
void draw_pareto(const Frames& frames, PathView& view, PanelContext& context);

}  // namespace marginscope
