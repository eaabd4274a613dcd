// Fonts, docking, theme and the settings file of an ImGui context.
//
// Main thread.
#pragma once

#include <string>

#include "ui/ui_state.h"

namespace marginscope {

/// Once per ImGui context: fonts, theme, docking and settings kept in the layout file (theme,
/// scale, hidden panels, arrangement). `ini_path` may be empty: nothing is kept; it must outlive
/// the context.
void set_up_interface(UiState& state, const std::string& ini_path);

/// Applies the theme again when it, the scale or the screen changed; before NewFrame.
void refresh_theme(UiState& state);

}  // namespace marginscope
