// Xlib's two error handlers, taken from the library that GLFW has loaded.
#include "ui/display_watch.h"

#include <GLFW/glfw3.h>
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

// As in glfw3native.h, which would need Xlib's own headers.
extern "C" unsigned long glfwGetX11Window(GLFWwindow* window);

namespace marginscope {

const char* const kDisplayLost =
    "marginscope: the display went away, so the window was closed; a training was saved where it "
    "has a folder, else in the state folder.\n";

namespace {

/// The head of Xlib's XErrorEvent.
struct ErrorEvent {
    int type;
    void* display;
    unsigned long resource;
    unsigned long serial;
    unsigned char code;
};
using OnError = int (*)(void*, ErrorEvent*);
using OnLost = int (*)(void*);

unsigned long watched = 0;
bool destroyed = false;
std::function<void()> on_lost;

// Errors of single requests: only those about the window itself say that it is gone.
int take_error(void*, ErrorEvent* event) {
    constexpr unsigned char kBadWindow = 3, kBadDrawable = 9;
    if (event->resource == watched && (event->code == kBadWindow || event->code == kBadDrawable))
        destroyed = true;
    return 0;
}

// The connection is gone, and Xlib ends the process when this returns. Leaving at once spares the
// destructors, which would talk to a server that is not there.
int take_loss(void*) {
    if (auto rescue = std::exchange(on_lost, nullptr)) rescue();
    std::fputs(kDisplayLost, stderr);
    std::_Exit(EXIT_FAILURE);
}

template <typename Set>
Set function(void* library, const char* name) {
    return reinterpret_cast<Set>(dlsym(library, name));
}

}  // namespace

struct DisplayWatch::Handlers {
    OnError (*set_error)(OnError) = nullptr;
    OnLost (*set_lost)(OnLost) = nullptr;
    OnError old_error = nullptr;
    OnLost old_lost = nullptr;
};

DisplayWatch::DisplayWatch(GLFWwindow* window, std::function<void()> rescue) {
    if (glfwGetPlatform() != GLFW_PLATFORM_X11) return;
    void* library = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) return;
    handlers_ = new Handlers;
    handlers_->set_error = function<OnError (*)(OnError)>(library, "XSetErrorHandler");
    handlers_->set_lost = function<OnLost (*)(OnLost)>(library, "XSetIOErrorHandler");
    watched = glfwGetX11Window(window);
    destroyed = false;
    on_lost = std::move(rescue);
    if (handlers_->set_error != nullptr) handlers_->old_error = handlers_->set_error(take_error);
    if (handlers_->set_lost != nullptr) handlers_->old_lost = handlers_->set_lost(take_loss);
}

DisplayWatch::~DisplayWatch() {
    if (handlers_ == nullptr) return;
    // The error handler stays: GLFW still destroys a window that may be gone.
    if (handlers_->set_lost != nullptr) handlers_->set_lost(handlers_->old_lost);
    on_lost = nullptr;
    delete handlers_;
}

bool DisplayWatch::window_is_gone() const { return destroyed; }

}  // namespace marginscope
