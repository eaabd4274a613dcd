// GLFW's lifetime, the place of the window's settings, and the sentence for machines without a
// display.
//
// Main thread.
#pragma once

#include <string>

#include "core/error.h"
#include "files/recent_files.h"

struct GLFWwindow;

namespace marginscope {

/// GLFW from construction to destruction; UserError with exit code 2 where there is no display.
class GlfwLibrary {
public:
    GlfwLibrary();
    ~GlfwLibrary();
    GlfwLibrary(const GlfwLibrary&) = delete;
    GlfwLibrary& operator=(const GlfwLibrary&) = delete;
};

/// Full screen and back to where the window was.
class WindowPlace {
public:
    void set_full_screen(GLFWwindow* window, bool on);

private:
    int before_[4] = {80, 80, 1280, 800};  // x, y, width, height
};

/// What went wrong, GLFW's reason, and the commands that need no window.
UserError no_display(const std::string& what);

/// $XDG_CONFIG_HOME/marginscope/window.ini, its folder made; "" when there is no such place.
std::string settings_path();

/// The files opened last, from the user's state folder; an empty list where there is none.
RecentFiles recent_files();

}  // namespace marginscope
