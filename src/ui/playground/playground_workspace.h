// The row of the Playground.
//
// Main thread.
#pragma once

#include "ui/workspaces.h"

namespace marginscope {

Workspace playground_workspace();

}  // namespace marginscope
