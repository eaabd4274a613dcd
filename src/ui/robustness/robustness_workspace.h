// The row of the Robustness workspace.
//
// Main thread; the row is a constant.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace robustness_workspace();

}  // namespace marginscope
