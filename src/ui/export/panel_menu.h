// The context menu of every panel: copy a value, a row or all of its numbers, its picture, the
// command that makes it again; write it to a file.
//
// Main thread, inside the panel's window.
#pragma once

#include <string>

#include "ui/panel.h"

namespace marginscope {

/// Call last inside the panel's window. Opens with the right button, where it was not dragged.
void draw_panel_menu(const Frames& frames, UiState& state, const std::string& panel);

// What menu, keys and palette do with the panel under the mouse, or the last that was.

/// All numbers of the panel's figure as CSV.
void copy_panel_data(const Frames& frames, UiState& state, const std::string& panel);
/// A PNG in the folder of pictures, by the usual name, a number behind it where that is taken.
void save_panel_picture(const Frames& frames, UiState& state, const std::string& panel);
void copy_panel_command(const Frames& frames, UiState& state, const std::string& panel);
void open_export_box(UiState& state, const std::string& figure);

/// The panel the keys speak of; "" where no panel of this workspace was under the mouse.
std::string spoken_panel(UiState& state);

}  // namespace marginscope
