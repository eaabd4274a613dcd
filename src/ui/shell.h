// The frame around the workspaces: top bar, status line, docked panels, inspector, boxes. Pure
// ImGui: no GL, no window.
//
// Main thread, between ImGui::NewFrame and ImGui::Render.
#pragma once

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "ui/ui_state.h"

namespace marginscope {

/// Draws everything and appends what the user wishes. Also keeps the engine's view up to date
/// (SetView) as selection and panels ask.
void draw_frame(const Frames& frames, UiState& state, CommandList& out);

/// Once per ImGui context: fonts, theme, docking and settings kept in the layout file (theme,
/// scale, workspace, hidden panels). `ini_path` may be empty: nothing is kept; it must outlive the
/// context.
void set_up_interface(UiState& state, const std::string& ini_path);

/// Applies the theme again when it, the scale or the screen changed; before NewFrame.
void refresh_theme(UiState& state);

}  // namespace marginscope
