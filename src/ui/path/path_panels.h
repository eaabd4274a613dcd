// The panels of the Path workspace and where they stand by default.
//
// Main thread.
#pragma once

#include "ui/panel.h"

namespace marginscope {

std::span<const PanelInfo> path_panels();
void dock_path_panels(DockArea& area);

}  // namespace marginscope
