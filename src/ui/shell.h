// The frame around the workspaces: top bar, status line, docked panels, inspector, boxes. Pure
// ImGui: no GL, no window.
//
// Main thread, between ImGui::NewFrame and ImGui::Render.
#pragma once

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "ui/actions.h"
#include "ui/panel.h"
#include "ui/ui_state.h"

namespace marginscope {

/// Draws everything and appends what the user wishes. Also keeps the engine's view up to date
/// (SetView) as selection and panels ask.
void draw_frame(const Frames& frames, UiState& state, CommandList& out);

/// Runs the actions that the buttons of panels asked for.
void run_asked(PanelContext& context, ActionContext& actions);

}  // namespace marginscope
