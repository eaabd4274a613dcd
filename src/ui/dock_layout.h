// Where the panels of a workspace stand: by default as its row says, then as the user moves them.
//
// Main thread, inside the window that holds the dock spaces.
#pragma once

#include "ui/ui_state.h"

namespace marginscope {

/// The dock spaces of all workspaces; only the shown one is visible. Builds the default arrangement
/// of one that is first looked at, or when state.reset_layout asks for it.
void draw_dock_spaces(UiState& state, ImVec2 size);

}  // namespace marginscope
