// GLFW starts and ends here.
#include "ui/window_setup.h"

#include <GLFW/glfw3.h>

#include <cstdlib>
#include <filesystem>

#include "files/paths.h"

namespace marginscope {

UserError no_display(const std::string& what) {
    const char* reason = nullptr;
    glfwGetError(&reason);
    return UserError(what + " (" + (reason != nullptr ? reason : "no reason given") +
                         "). Without a window use `marginscope render`, `train`, `decode`, "
                         "`margins`, `noise`, `path` or "
                         "`stage` (see --help).",
                     2);
}

namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != 0;
}

/// Without a name of its display Wayland still looks for a default one in XDG_RUNTIME_DIR, and its
/// library complains on stderr where that is missing too.
bool wayland_is_out() {
    if (is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET")) return false;
    return is_set("DISPLAY") || !is_set("XDG_RUNTIME_DIR");
}

}  // namespace

GlfwLibrary::GlfwLibrary() {
    if (wayland_is_out() && glfwPlatformSupported(GLFW_PLATFORM_X11) == GLFW_TRUE)
        glfwInitHint(GLFW_PLATFORM, GLFW_PLATFORM_X11);
    glfwInitHint(GLFW_WAYLAND_LIBDECOR, GLFW_WAYLAND_DISABLE_LIBDECOR);
    if (glfwInit() == GLFW_FALSE) throw no_display("No display was found");
}

GlfwLibrary::~GlfwLibrary() { glfwTerminate(); }

void WindowPlace::set_full_screen(GLFWwindow* window, bool on) {
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    if (on && monitor != nullptr) {
        glfwGetWindowPos(window, &before_[0], &before_[1]);
        glfwGetWindowSize(window, &before_[2], &before_[3]);
        const GLFWvidmode* mode = glfwGetVideoMode(monitor);
        glfwSetWindowMonitor(window, monitor, 0, 0, mode->width, mode->height, GLFW_DONT_CARE);
    } else {
        glfwSetWindowMonitor(window, nullptr, before_[0], before_[1], before_[2], before_[3], 0);
    }
}

std::string settings_path() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    const bool has_config = config != nullptr && *config != 0;
    if (!has_config && home == nullptr) return "";
    const std::filesystem::path folder =
        (has_config ? std::filesystem::path(config) : std::filesystem::path(home) / ".config") /
        "marginscope";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    return error ? "" : (folder / "window.ini").string();
}

RecentFiles recent_files() {
    try {
        return RecentFiles(user_state_dir() / "recent.json");
    } catch (const UserError&) {
        return {};
    }
}

}  // namespace marginscope
