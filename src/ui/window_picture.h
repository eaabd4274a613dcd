// A picture of the window as it is, in a file.
//
// GL thread (the main thread).
#pragma once

#include <filesystem>

#include "ui/ui_state.h"

namespace marginscope {

/// Held by UiState::view: the menu asks, the loop takes it once the menu is gone.
struct PictureWish {
    int in_frames = 0;  // 0: none
};

/// The user's folder of pictures, else the home folder, else the one the program was started in.
std::filesystem::path picture_folder();

/// Writes what the current framebuffer shows, bottom row first as OpenGL has it, as PNG. UserError
/// when the file cannot be written.
void write_picture(const std::filesystem::path& path, int width, int height);

/// When the wish is due: the same under a name of its own in picture_folder(), told in the log,
/// which opens. True as long as there was a wish.
bool take_wished_picture(UiState& state, int width, int height);

}  // namespace marginscope
