// Buttons of panels that do an action of the table: its name and key are their hint, and the shell
// runs it.
//
// Main thread, inside a frame.
#pragma once

#include "ui/panel.h"
#include "ui/widgets.h"

namespace marginscope {

/// True when it was pressed; the action is asked for then.
bool action_button(PanelContext& context, const char* action, Icon icon, bool enabled = true,
                   bool on = false);

}  // namespace marginscope
