// The boxes that lie over the workspaces: keys, palette of actions, log, open and save, versions
// and licences, the question before quitting. One at a time; Escape closes it.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

/// The one that is open, if any.
void draw_boxes(ActionContext& context);

/// What Escape closes: a menu or list that is open, else the box. False when there was neither.
bool close_what_is_open(UiState& state);
/// An action that is run by its key leaves no menu open.
void close_menus();
/// The mouse is over a box: what lies under it must not answer.
bool box_is_hovered(const UiState& state);

}  // namespace marginscope
