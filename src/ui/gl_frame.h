// The few GL calls of the window itself.
//
// GL thread.
#pragma once

#include <imgui.h>

#include <span>
#include <string>

#include "ui/ui_state.h"

namespace marginscope {

/// GL_RENDERER of the current context.
std::string gl_renderer();
/// True for Mesa's llvmpipe and its like: the processor draws.
bool is_software_renderer(const std::string& renderer);
/// Binds a framebuffer (0: the screen), sets the viewport, clears it and fills the backdrops;
/// `scale` is pixels per unit of the interface's coordinates.
void clear_frame(unsigned int framebuffer, int width, int height, ImVec4 ground,
                 std::span<const Backdrop> backdrops, ImVec2 scale);

}  // namespace marginscope
