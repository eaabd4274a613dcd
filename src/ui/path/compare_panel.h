// Two choices of a path side by side, their paired differences, and adopting one of them.
#pragma once

#include "ui/panel.h"
#include "ui/path/path_view.h"

namespace marginscope {

/// `of_train`: the settings of Train's next run, which adopting sets.
void draw_path_compare(const Frames& frames, PathView& view, RunConfig& of_train,
                       PanelContext& context);

}  // namespace marginscope
