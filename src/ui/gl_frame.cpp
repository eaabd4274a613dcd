// GL_RENDERER, and the clearing of a frame.
#include "ui/gl_frame.h"

#include <glad/gl.h>

#include <algorithm>
#include <cmath>

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

void clear_frame(unsigned int framebuffer, int width, int height, ImVec4 ground,
                 std::span<const Backdrop> backdrops, ImVec2 scale) {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glDisable(GL_SCISSOR_TEST);
    glViewport(0, 0, width, height);
    glClearColor(ground.x, ground.y, ground.z, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    for (const Backdrop& backdrop : backdrops) {
        const ImVec4 color = to_vec4(backdrop.color);
        const auto left = static_cast<int>(std::lround(backdrop.at.x * scale.x));
        const auto right =
            static_cast<int>(std::lround((backdrop.at.x + backdrop.size.x) * scale.x));
        const auto top = static_cast<int>(std::lround(backdrop.at.y * scale.y));
        const auto bottom =
            static_cast<int>(std::lround((backdrop.at.y + backdrop.size.y) * scale.y));
        glScissor(left, height - bottom, std::max(0, right - left), std::max(0, bottom - top));
        glClearColor(color.x, color.y, color.z, 1.0F);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    glDisable(GL_SCISSOR_TEST);
}

}  // namespace marginscope
