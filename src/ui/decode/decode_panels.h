// The panels of the Decode workspace and where they stand by default.
//
// Main thread.
#pragma once

#include "ui/panel.h"

namespace marginscope {

std::span<const PanelInfo> decode_panels();
void dock_decode_panels(DockArea& area);

}  // namespace marginscope
