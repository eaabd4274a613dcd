// Notices that the X server or the program's window is gone. Left alone, Xlib would end the process
// where it stands, and what was trained with it.
//
// Main thread; one at a time. Without X11 (Wayland) it notices nothing.
#pragma once

#include <functional>

struct GLFWwindow;

namespace marginscope {

class DisplayWatch {
public:
    /// `rescue` runs once when the connection is lost, on the main thread and outside any frame's
    /// work; then the process ends with exit code 1. Call after GLFW has opened the window.
    DisplayWatch(GLFWwindow* window, std::function<void()> rescue);
    ~DisplayWatch();
    DisplayWatch(const DisplayWatch&) = delete;
    DisplayWatch& operator=(const DisplayWatch&) = delete;

    /// True once the window was destroyed by somebody else: leave the loop.
    bool window_is_gone() const;

private:
    struct Handlers;
    Handlers* handlers_ = nullptr;  // Xlib's handlers know no user pointer: one for the process
};

/// What is said on stderr then.
extern const char* const kDisplayLost;

}  // namespace marginscope
