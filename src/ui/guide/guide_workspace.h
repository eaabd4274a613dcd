// The row of the Guide workspace: what this is, on one page.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace guide_workspace();

}  // namespace marginscope
