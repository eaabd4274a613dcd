// Creation and deletion of GL names, uploads, render targets, and the guard around our own drawing.
#include "gfx/gl_object.h"

#include <glad/gl.h>

#include <algorithm>
#include <string>

#include "core/error.h"

namespace marginscope {
namespace gl_detail {

GlName create(Kind kind) {
    GlName name = 0;
    switch (kind) {
        case Kind::texture:
            glGenTextures(1, &name);
            break;
        case Kind::framebuffer:
            glGenFramebuffers(1, &name);
            break;
        case Kind::buffer:
            glGenBuffers(1, &name);
            break;
        case Kind::vertex_array:
            glGenVertexArrays(1, &name);
            break;
        case Kind::program:
            name = glCreateProgram();
            break;
    }
    return name;
}

void destroy(Kind kind, GlName name) {
    switch (kind) {
        case Kind::texture:
            glDeleteTextures(1, &name);
            break;
        case Kind::framebuffer:
            glDeleteFramebuffers(1, &name);
            break;
        case Kind::buffer:
            glDeleteBuffers(1, &name);
            break;
        case Kind::vertex_array:
            glDeleteVertexArrays(1, &name);
            break;
        case Kind::program:
            glDeleteProgram(name);
            break;
    }
}

}  // namespace gl_detail

namespace {

struct FormatInfo {
    GLint internal;
    GLenum format, type;
};

FormatInfo format_info(TexelFormat format) {
    switch (format) {
        case TexelFormat::r32f:
            return {GL_R32F, GL_RED, GL_FLOAT};
        case TexelFormat::rgba32f:
            return {GL_RGBA32F, GL_RGBA, GL_FLOAT};
        case TexelFormat::rgba8:
            break;
    }
    return {GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE};
}

void require_size(int width, int height) {
    GLint largest = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
    if (width < 1 || height < 1 || width > largest || height > largest) {
        throw UserError("A picture of " + std::to_string(width) + " x " + std::to_string(height) +
                        " texels cannot be drawn: this graphics driver takes 1 to " +
                        std::to_string(largest) + " a side; show a smaller part.");
    }
}

void set_capability(GLenum capability, bool on) {
    if (on) {
        glEnable(capability);
    } else {
        glDisable(capability);
    }
}

}  // namespace

void upload_texture(Texture& texture, TexelFormat format, int width, int height, const void* texels,
                    int row_length, bool linear) {
    require_size(width, height);
    if (!texture) texture = Texture::create();
    const FormatInfo info = format_info(format);
    const GLint filter = linear ? GL_LINEAR : GL_NEAREST;
    glBindTexture(GL_TEXTURE_2D, texture.name());
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, row_length);
    glTexImage2D(GL_TEXTURE_2D, 0, info.internal, width, height, 0, info.format, info.type, texels);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

void RenderTarget::resize(int new_width, int new_height, bool linear) {
    if (framebuffer && new_width == width && new_height == height) return;
    upload_texture(texture, TexelFormat::rgba8, new_width, new_height, nullptr, 0, linear);
    if (!framebuffer) framebuffer = Framebuffer::create();
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.name());
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture.name(), 0);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        width = height = 0;
        throw UserError("The graphics driver refused a picture of " + std::to_string(new_width) +
                        " x " + std::to_string(new_height) + " pixels; show a smaller one.");
    }
    width = new_width;
    height = new_height;
}

void draw_fullscreen(const RenderTarget& target, const Program& program,
                     VertexArray& vertex_array) {
    if (!vertex_array) vertex_array = VertexArray::create();
    glBindFramebuffer(GL_FRAMEBUFFER, target.framebuffer.name());
    glViewport(0, 0, target.width, target.height);
    for (const GLenum capability :
         {GL_BLEND, GL_SCISSOR_TEST, GL_DEPTH_TEST, GL_CULL_FACE, GL_STENCIL_TEST}) {
        glDisable(capability);
    }
    glUseProgram(program.name());
    glBindVertexArray(vertex_array.name());
    glDrawArrays(GL_TRIANGLES, 0, 3);
}

void bind_texture(int unit, const Texture& texture) {
    glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
    glBindTexture(GL_TEXTURE_2D, texture.name());
}

GlStateGuard::GlStateGuard() {
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_framebuffer_);
    glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_framebuffer_);
    glGetIntegerv(GL_CURRENT_PROGRAM, &program_);
    glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &vertex_array_);
    glGetIntegerv(GL_ACTIVE_TEXTURE, &active_texture_);
    glGetIntegerv(GL_VIEWPORT, viewport_);
    glGetIntegerv(GL_SCISSOR_BOX, scissor_box_);
    constexpr GLenum kBlend[] = {GL_BLEND_SRC_RGB,      GL_BLEND_DST_RGB,
                                 GL_BLEND_SRC_ALPHA,    GL_BLEND_DST_ALPHA,
                                 GL_BLEND_EQUATION_RGB, GL_BLEND_EQUATION_ALPHA};
    for (int i = 0; i < 6; ++i) glGetIntegerv(kBlend[i], &blend_[i]);
    for (int unit = 0; unit < kUnits; ++unit) {
        glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
        glGetIntegerv(GL_TEXTURE_BINDING_2D, &textures_[unit]);
    }
    // Uploads that follow bind to the active unit; keep them within the saved ones.
    glActiveTexture(GL_TEXTURE0);
    blend_on_ = glIsEnabled(GL_BLEND) != 0;
    scissor_on_ = glIsEnabled(GL_SCISSOR_TEST) != 0;
    depth_on_ = glIsEnabled(GL_DEPTH_TEST) != 0;
    cull_on_ = glIsEnabled(GL_CULL_FACE) != 0;
    stencil_on_ = glIsEnabled(GL_STENCIL_TEST) != 0;
}

GlStateGuard::~GlStateGuard() {
    for (int unit = 0; unit < kUnits; ++unit) {
        glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
        glBindTexture(GL_TEXTURE_2D, static_cast<GlName>(textures_[unit]));
    }
    glActiveTexture(static_cast<GLenum>(active_texture_));
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GlName>(draw_framebuffer_));
    glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GlName>(read_framebuffer_));
    glUseProgram(static_cast<GlName>(program_));
    glBindVertexArray(static_cast<GlName>(vertex_array_));
    glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
    glScissor(scissor_box_[0], scissor_box_[1], scissor_box_[2], scissor_box_[3]);
    const auto value = [this](int i) { return static_cast<GLenum>(blend_[i]); };
    glBlendFuncSeparate(value(0), value(1), value(2), value(3));
    glBlendEquationSeparate(value(4), value(5));
    set_capability(GL_BLEND, blend_on_);
    set_capability(GL_SCISSOR_TEST, scissor_on_);
    set_capability(GL_DEPTH_TEST, depth_on_);
    set_capability(GL_CULL_FACE, cull_on_);
    set_capability(GL_STENCIL_TEST, stencil_on_);
}

}  // namespace marginscope
