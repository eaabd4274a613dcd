// The grid of a path: a column for every lambda_m, a row for every seed and training noise.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

void draw_path_grid(const Frames& frames, PathView& view, PanelContext& context);

}  // namespace marginscope
