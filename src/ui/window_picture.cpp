// Reads the framebuffer back and finds a place for it.
#include "ui/window_picture.h"

#include <glad/gl.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "core/error.h"
#include "files/image.h"
#include "ui/log_lines.h"

namespace marginscope {

std::filesystem::path picture_folder() {
    std::error_code error;
    if (const char* pictures = std::getenv("XDG_PICTURES_DIR");
        pictures != nullptr && std::filesystem::is_directory(pictures, error))
        return pictures;
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == 0) return std::filesystem::current_path(error);
    const std::filesystem::path pictures = std::filesystem::path(home) / "Pictures";
    return std::filesystem::is_directory(pictures, error) ? pictures : home;
}

void write_picture(const std::filesystem::path& path, int width, int height) {
    std::vector<std::uint8_t> pixels(4U * static_cast<std::size_t>(width) *
                                     static_cast<std::size_t>(height));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
    // What was blended leaves an alpha of its own; a picture is opaque.
    for (std::size_t k = 3; k < pixels.size(); k += 4) pixels[k] = 255;
    write_png(path, width, height, PixelFormat::kRgba, pixels, RowOrder::kBottomUp);
}

namespace {

LogLine keep_picture(const std::string& workspace, int width, int height) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%Y-%m-%d-%H%M%S", &parts);
    const std::filesystem::path path =
        picture_folder() / ("marginscope-" + workspace + "-" + stamp + ".png");
    try {
        write_picture(path, width, height);
    } catch (const UserError& error) {
        return {error.what(), true};
    }
    return {"The picture is " + path.string() + ".", false};
}

}  // namespace

bool take_wished_picture(UiState& state, int width, int height) {
    PictureWish& wish = state.view<PictureWish>();
    if (wish.in_frames == 0) return false;
    if (--wish.in_frames == 0) {
        add_log_line(state, keep_picture(state.workspace, width, height));
        state.boxes.open = Box::log;
    }
    return true;
}

}  // namespace marginscope
