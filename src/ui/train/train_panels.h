// The panels of the Train workspace and where they stand by default.
//
// Main thread.
#pragma once

#include "ui/panel.h"

namespace marginscope {

std::span<const PanelInfo> train_panels();
void dock_train_panels(DockArea& area);

}  // namespace marginscope
