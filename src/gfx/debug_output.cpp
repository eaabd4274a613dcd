// KHR_debug: the callback, and what is kept of it.
#include "gfx/debug_output.h"

#include <glad/gl.h>

#include <cstddef>
#include <utility>

namespace marginscope {
namespace {

constexpr std::size_t kKeptMessages = 512;

GlSeverity severity_of(GLenum value) {
    switch (value) {
        case GL_DEBUG_SEVERITY_HIGH:
            return GlSeverity::high;
        case GL_DEBUG_SEVERITY_MEDIUM:
            return GlSeverity::medium;
        case GL_DEBUG_SEVERITY_LOW:
            return GlSeverity::low;
        default:
            return GlSeverity::notification;
    }
}

}  // namespace

struct DebugOutput::Impl {
    Sink sink;
    std::vector<GlMessage> messages;
    int high = 0;
    bool available = false;

    static void GLAD_API_PTR receive(GLenum source, GLenum /*type*/, GLuint /*id*/, GLenum severity,
                                     GLsizei length, const GLchar* text, const void* user) {
        auto* self = const_cast<Impl*>(static_cast<const Impl*>(user));
        const GlSeverity level = severity_of(severity);
        // What the shader compiler says is the shader library's to report, with file and line.
        if (level == GlSeverity::notification || source == GL_DEBUG_SOURCE_SHADER_COMPILER) return;
        if (level == GlSeverity::high) ++self->high;
        GlMessage message{level, length >= 0 ? std::string(text, static_cast<std::size_t>(length))
                                             : std::string(text)};
        if (self->sink) self->sink(message);
        if (self->messages.size() < kKeptMessages) self->messages.push_back(std::move(message));
    }
};

DebugOutput::DebugOutput(Sink sink) : impl_(std::make_unique<Impl>()) {
    impl_->sink = std::move(sink);
    impl_->available = GLAD_GL_KHR_debug != 0;
    if (!impl_->available) return;
    glEnable(GL_DEBUG_OUTPUT);
    glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
    glDebugMessageCallback(&Impl::receive, impl_.get());
}

DebugOutput::~DebugOutput() {
    if (!impl_->available) return;
    glDebugMessageCallback(nullptr, nullptr);
    glDisable(GL_DEBUG_OUTPUT);
}

bool DebugOutput::available() const { return impl_->available; }

int DebugOutput::gl_error_count() {
    // An error that KHR_debug reported is pending in glGetError as well: it is drained, and counted
    // only when unreported.
    int pending = 0;
    while (glGetError() != GL_NO_ERROR && pending < 64) ++pending;
    if (!impl_->available) impl_->high += pending;
    return impl_->high;
}

const std::vector<GlMessage>& DebugOutput::messages() const { return impl_->messages; }

}  // namespace marginscope
