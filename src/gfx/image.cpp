// Reading pixels back from a texture.
#include "gfx/image.h"

#include <glad/gl.h>

#include "gfx/gl_object.h"

namespace marginscope {

Image read_texture(unsigned int texture, int width, int height) {
    Image image{width, height, {}};
    image.rgba.resize(4U * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const GlStateGuard guard;
    const Framebuffer framebuffer = Framebuffer::create();
    glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer.name());
    glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    return image;
}

}  // namespace marginscope
