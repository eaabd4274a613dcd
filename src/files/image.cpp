// PNG through stb_image_write, into memory and from there atomically to disk.
#include "files/image.h"

#include <stdexcept>
#include <string>

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/fd.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#pragma GCC diagnostic pop

namespace marginscope {

void write_png(const std::filesystem::path& path, int width, int height, PixelFormat format,
               std::span<const std::uint8_t> pixels, RowOrder order) {
    const int channels = static_cast<int>(format);
    constexpr int kLargestSide = 16384;  // keeps the encoder's int arithmetic far from overflow
    if (width <= 0 || height <= 0 || width > kLargestSide || height > kLargestSide) {
        throw UserError("Cannot write " + shown_path(path) + ": expected a size from 1x1 to " +
                        std::to_string(kLargestSide) + "x" + std::to_string(kLargestSide) +
                        ", found " + std::to_string(width) + "x" + std::to_string(height) + ".");
    }
    const std::size_t row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    if (pixels.size() != row * static_cast<std::size_t>(height)) {
        throw std::logic_error("write_png: " + std::to_string(pixels.size()) + " bytes for " +
                               std::to_string(height) + " rows of " + std::to_string(row));
    }
    const bool flip = order == RowOrder::kBottomUp;
    const std::uint8_t* first =
        flip ? pixels.data() + row * static_cast<std::size_t>(height - 1) : pixels.data();
    const int stride = flip ? -static_cast<int>(row) : static_cast<int>(row);
    std::string png;
    const auto collect = [](void* target, void* data, int size) {
        static_cast<std::string*>(target)->append(static_cast<const char*>(data),
                                                  static_cast<std::size_t>(size));
    };
    if (stbi_write_png_to_func(collect, &png, width, height, channels, first, stride) == 0) {
        throw UserError("Cannot encode " + shown_path(path) + " as PNG: not enough memory.");
    }
    write_file_atomically(path, png);
}

}  // namespace marginscope
