// Fonts, docking, theme and the settings file of an ImGui context.
//
// Main thread.
#pragma once

#include <string>

#include "ui/ui_state.h"

namespace marginscope {

/// Once per ImGui context: fonts, theme, docking and settings kept in the layout file (theme,
/// scale, hidden panels, arrangement). `ini_path` may be empty: nothing is read; whoever owns the
/// window writes it (layout_file.h) when ImGui asks for it.
void set_up_interface(UiState& state, const std::string& ini_path);

/// One line of the window's own settings; what it does not know is ignored.
void read_setting(UiState& state, const std::string& line);

/// Applies the theme again when it, the scale or the screen changed; before NewFrame.
void refresh_theme(UiState& state);

}  // namespace marginscope
