// GL_RENDERER and the clearing of the screen.
#include "ui/gl_frame.h"

#include <glad/gl.h>

namespace marginscope {

std::string gl_renderer() {
    const GLubyte* words = glGetString(GL_RENDERER);
    return words != nullptr ? reinterpret_cast<const char*>(words) : "unknown";
}

bool is_software_renderer(const std::string& renderer) {
    for (const char* name : {"llvmpipe", "softpipe", "SwiftShader", "Software"}) {
        if (renderer.find(name) != std::string::npos) return true;
    }
    return false;
}

void clear_screen(int width, int height, ImVec4 color) {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDisable(GL_SCISSOR_TEST);
    glViewport(0, 0, width, height);
    glClearColor(color.x, color.y, color.z, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
}

}  // namespace marginscope
