// The row of the Decode workspace.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace decode_workspace();

}  // namespace marginscope
