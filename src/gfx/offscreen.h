// A GL 4.1 core debug context without a window system, through EGL, with an RGBA8 framebuffer of
// its own.
//
// Made current on the constructing thread, which is the GL thread until destruction. GL functions
// are loaded by the constructor.
#pragma once

#include <memory>
#include <string>

#include "gfx/image.h"

namespace marginscope {

class OffscreenContext {
public:
    // Throws UserError (one sentence, what to install) when EGL or OpenGL 4.1 is not to be had.
    OffscreenContext(int width, int height);
    ~OffscreenContext();
    OffscreenContext(const OffscreenContext&) = delete;
    OffscreenContext& operator=(const OffscreenContext&) = delete;

    int width() const;
    int height() const;
    void resize(int width, int height);

    void make_current();
    void bind();                            // framebuffer and viewport for drawing the frame
    void clear(float r, float g, float b);  // bind, then clear colour (alpha 1)
    Image read_pixels();                    // of our framebuffer, the top row first
    unsigned int framebuffer() const;
    const std::string& renderer() const;  // GL_RENDERER and how the context was got, for the log

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Loads the GL functions of the current context, e.g. with glfwGetProcAddress. Throws UserError
// below OpenGL 4.1.
using GlFunction = void (*)();
using GlGetProc = GlFunction (*)(const char* name);
void load_gl(GlGetProc get_proc);

}  // namespace marginscope
