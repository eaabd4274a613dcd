// Where the panels of a workspace stand: by default as its row says, then as the user moves them.
//
// Main thread, inside the window that holds the dock spaces.
#pragma once

#include "ui/ui_state.h"

namespace marginscope {

/// The dock spaces of all workspaces; only the shown one is visible. Builds the default arrangement
/// of one that is first looked at, or when state.reset_layout asks for it. `whole`: the room
/// without a tour's card, by which it is small or not: a tour does not undo the user's arrangement.
void draw_dock_spaces(UiState& state, ImVec2 size, ImVec2 whole);

}  // namespace marginscope
