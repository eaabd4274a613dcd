// The few GL calls of the window itself.
//
// GL thread.
#pragma once

#include <imgui.h>

#include <string>

namespace marginscope {

/// GL_RENDERER of the current context.
std::string gl_renderer();
/// True for Mesa's llvmpipe and its like: the processor draws.
bool is_software_renderer(const std::string& renderer);
/// Binds the screen, sets the viewport and clears it.
void clear_screen(int width, int height, ImVec4 color);

}  // namespace marginscope
