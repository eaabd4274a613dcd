// Pictures as PNG, in memory or written atomically. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace marginscope {

enum class PixelFormat {
    kGray = 1,
    kRgb = 3,
    kRgba = 4
};                                            // 8 bits a channel, sRGB, alpha straight
enum class RowOrder { kTopDown, kBottomUp };  // OpenGL reads back bottom up

/// What a PNG says beside its pixels: the resolution (0: nothing) and texts by keyword, in UTF-8.
struct PngNotes {
    double dpi = 0;
    std::vector<std::pair<std::string, std::string>> texts = {};
};

// `pixels` are rows without padding: width × height × channels bytes (std::logic_error otherwise).
// UserError when the size is out of reach.
std::string png_of(int width, int height, PixelFormat format, std::span<const std::uint8_t> pixels,
                   RowOrder order = RowOrder::kTopDown, const PngNotes& notes = {});

// The same to a file. UserError when it cannot be written.
void write_png(const std::filesystem::path& path, int width, int height, PixelFormat format,
               std::span<const std::uint8_t> pixels, RowOrder order = RowOrder::kTopDown,
               const PngNotes& notes = {});

inline constexpr int kLargestPngSide = 16384;

}  // namespace marginscope
