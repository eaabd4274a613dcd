// The EGL context without a window: Mesa's surfaceless platform, else the first EGL device that
// works (NVIDIA).
#include "gfx/offscreen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <glad/gl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "gfx/gl_object.h"

namespace marginscope {
namespace {

constexpr const char* kAdvice =
    "install libegl1 and libgl1-mesa-dri (or the driver of the graphics card), or use the commands "
    "that draw nothing.";

bool has_extension(const char* list, std::string_view name) {
    if (list == nullptr) return false;
    std::string_view rest = list;
    while (!rest.empty()) {
        const auto space = rest.find(' ');
        if (rest.substr(0, space) == name) return true;
        if (space == std::string_view::npos) break;
        rest.remove_prefix(space + 1);
    }
    return false;
}

struct Candidate {
    EGLDisplay display = EGL_NO_DISPLAY;
    std::string name;
};

std::vector<Candidate> candidates() {
    std::vector<Candidate> found;
    const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    const auto get_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
        eglGetProcAddress("eglGetPlatformDisplayEXT"));
    if (get_display != nullptr && has_extension(extensions, "EGL_MESA_platform_surfaceless")) {
        found.push_back({get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr),
                         "surfaceless"});
    }
    const auto query_devices =
        reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
    if (get_display != nullptr && query_devices != nullptr &&
        has_extension(extensions, "EGL_EXT_platform_device")) {
        std::array<EGLDeviceEXT, 16> devices{};
        EGLint count = 0;
        if (query_devices(static_cast<EGLint>(devices.size()), devices.data(), &count) ==
            EGL_TRUE) {
            for (EGLint i = 0; i < count; ++i) {
                found.push_back({get_display(EGL_PLATFORM_DEVICE_EXT,
                                             devices[static_cast<std::size_t>(i)], nullptr),
                                 "device " + std::to_string(i)});
            }
        }
    }
    found.push_back({eglGetDisplay(EGL_DEFAULT_DISPLAY), "default display"});
    return found;
}

EGLContext create_context(EGLDisplay display) {
    if (eglBindAPI(EGL_OPENGL_API) != EGL_TRUE) return EGL_NO_CONTEXT;
    constexpr EGLint kConfig[] = {EGL_SURFACE_TYPE, EGL_DONT_CARE, EGL_RENDERABLE_TYPE,
                                  EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglChooseConfig(display, kConfig, &config, 1, &count) != EGL_TRUE || count < 1) {
        config = nullptr;  // EGL_NO_CONFIG_KHR: fine where EGL_KHR_no_config_context is there
    }
    constexpr EGLint kContext[] = {EGL_CONTEXT_MAJOR_VERSION,
                                   4,
                                   EGL_CONTEXT_MINOR_VERSION,
                                   1,
                                   EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                   EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                   EGL_CONTEXT_OPENGL_DEBUG,
                                   EGL_TRUE,
                                   EGL_NONE};
    return eglCreateContext(display, config, EGL_NO_CONTEXT, kContext);
}

}  // namespace

void load_gl(GlGetProc get_proc) {
    const int version = gladLoadGL(get_proc);
    if (version == 0 || version < GLAD_MAKE_VERSION(4, 1)) {
        throw UserError("marginscope draws with OpenGL 4.1, and this system offers " +
                        (version == 0 ? std::string("none")
                                      : std::to_string(GLAD_VERSION_MAJOR(version)) + "." +
                                            std::to_string(GLAD_VERSION_MINOR(version))) +
                        ": " + kAdvice);
    }
}

struct OffscreenContext::Impl {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    RenderTarget target;
    std::string renderer;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    // The display is not terminated: EGL hands out one display for the whole process, and other
    // contexts may live on it.
    ~Impl() {
        if (context == EGL_NO_CONTEXT) return;
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
        target = RenderTarget{};
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        eglDestroyContext(display, context);
    }
};

OffscreenContext::OffscreenContext(int width, int height) : impl_(std::make_unique<Impl>()) {
    std::string platform;
    for (const Candidate& candidate : candidates()) {
        EGLint major = 0;
        EGLint minor = 0;
        if (candidate.display == EGL_NO_DISPLAY) continue;
        if (eglInitialize(candidate.display, &major, &minor) != EGL_TRUE) continue;
        const EGLContext context = create_context(candidate.display);
        if (context == EGL_NO_CONTEXT) continue;
        if (eglMakeCurrent(candidate.display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) !=
            EGL_TRUE) {
            eglDestroyContext(candidate.display, context);
            continue;
        }
        impl_->display = candidate.display;
        impl_->context = context;
        platform = candidate.name;
        break;
    }
    if (impl_->context == EGL_NO_CONTEXT) {
        throw UserError(
            std::string(
                "Drawing without a window needs EGL with OpenGL 4.1, and none was found: ") +
            kAdvice);
    }
    load_gl(reinterpret_cast<GlGetProc>(eglGetProcAddress));
    impl_->renderer = std::string(reinterpret_cast<const char*>(glGetString(GL_RENDERER))) +
                      " (EGL " + platform + ")";
    resize(width, height);
}

OffscreenContext::~OffscreenContext() = default;

int OffscreenContext::width() const { return impl_->target.width; }
int OffscreenContext::height() const { return impl_->target.height; }
unsigned int OffscreenContext::framebuffer() const { return impl_->target.framebuffer.name(); }
const std::string& OffscreenContext::renderer() const { return impl_->renderer; }

void OffscreenContext::resize(int width, int height) {
    impl_->target.resize(width, height);
    bind();
}

void OffscreenContext::make_current() {
    eglMakeCurrent(impl_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, impl_->context);
}

void OffscreenContext::bind() {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer());
    glViewport(0, 0, width(), height());
}

void OffscreenContext::clear(float r, float g, float b) {
    bind();
    glDisable(GL_SCISSOR_TEST);
    glClearColor(r, g, b, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
}

Image OffscreenContext::read_pixels() {
    Image image = read_texture(impl_->target.texture.name(), width(), height());
    const std::size_t row = 4U * static_cast<std::size_t>(width());
    for (int top = 0, bottom = height() - 1; top < bottom; ++top, --bottom) {
        std::swap_ranges(image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * top,
                         image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * (top + 1),
                         image.rgba.begin() + static_cast<std::ptrdiff_t>(row) * bottom);
    }
    return image;
}

}  // namespace marginscope
