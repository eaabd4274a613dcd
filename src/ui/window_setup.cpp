// GLFW starts and ends here.
#include "ui/window_setup.h"

#include <GLFW/glfw3.h>

#include <cstdlib>
#include <filesystem>

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

GlfwLibrary::GlfwLibrary() {
    glfwInitHint(GLFW_WAYLAND_LIBDECOR, GLFW_WAYLAND_DISABLE_LIBDECOR);
    if (glfwInit() == GLFW_FALSE) throw no_display("No display was found");
}

GlfwLibrary::~GlfwLibrary() { glfwTerminate(); }

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

}  // namespace marginscope
