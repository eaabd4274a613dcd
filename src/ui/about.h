// The boxes that lie over the workspaces: keys, palette of actions, log, open and save, versions
// and licences.
//
// Main thread, inside a frame.
#pragma once

#include "ui/actions.h"

namespace marginscope {

void draw_keys_box(ActionContext& context);
void draw_palette(ActionContext& context);
void draw_log_box(ActionContext& context);
void draw_open_box(ActionContext& context);
void draw_about_box(ActionContext& context);
/// Asks before work is lost; Enter quits, Esc stays.
void draw_quit_box(ActionContext& context);

}  // namespace marginscope
