// The row of the Path workspace.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace path_workspace();

}  // namespace marginscope
