// The row of the Tours workspace: the list of tours.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace tours_workspace();

}  // namespace marginscope
