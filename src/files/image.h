// Pictures to disk as PNG, written atomically. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace marginscope {

enum class PixelFormat {
    kGray = 1,
    kRgb = 3,
    kRgba = 4
};                                            // 8 bits a channel, sRGB, alpha straight
enum class RowOrder { kTopDown, kBottomUp };  // OpenGL reads back bottom up

// `pixels` are rows without padding: width × height × channels bytes (std::logic_error otherwise).
// UserError when the file cannot be written.
void write_png(const std::filesystem::path& path, int width, int height, PixelFormat format,
               std::span<const std::uint8_t> pixels, RowOrder order = RowOrder::kTopDown);

}  // namespace marginscope
