// What lambda_m changes in each head and sigma of a path: a heat map in the place of the grid.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

/// "models | changes" above the grid, where the path has several recipes; true: the changes are
/// shown.
bool grid_choice(const PathFrame& path, PathView& view, const Theme& theme);

/// `frames` with the whole path. A click on a row shows its recipe in the other panels.
void draw_path_changes(const Frames& frames, PathView& view, PanelContext& context);

}  // namespace marginscope
