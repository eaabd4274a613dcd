// The row of the Train workspace.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace train_workspace();

}  // namespace marginscope
