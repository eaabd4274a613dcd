// PNG through stb_image_write, with chunks of our own, and from memory atomically to disk.
#include "files/image.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/error.h"
#include "files/atomic_file.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#pragma GCC diagnostic pop

namespace marginscope {
namespace {

constexpr std::size_t kHeaderBytes = 8 + 25;  // the signature and IHDR, which stands first

void append_u32(std::string& out, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xFF);
}

std::uint32_t crc_of(std::string_view bytes) {
    static const std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t c = n;
            for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xEDB88320U ^ c >> 1 : c >> 1;
            made[n] = c;
        }
        return made;
    }();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes)
        crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF] ^ crc >> 8;
    return ~crc;
}

std::string chunk(std::string_view type, const std::string& data) {
    std::string out;
    append_u32(out, static_cast<std::uint32_t>(data.size()));
    std::string body(type);
    body += data;
    out += body;
    append_u32(out, crc_of(body));
    return out;
}

std::string chunks_of(const PngNotes& notes) {
    std::string out;
    if (notes.dpi > 0) {
        constexpr double kInchesPerMetre = 1 / 0.0254;
        const auto per_metre = static_cast<std::uint32_t>(std::lround(notes.dpi * kInchesPerMetre));
        std::string density;
        append_u32(density, per_metre);
        append_u32(density, per_metre);
        out += chunk("pHYs", density + '\1');
    }
    // iTXt: the keyword, not compressed, no language, no translated keyword.
    for (const auto& [key, value] : notes.texts)
        out += chunk("iTXt", key + std::string(5, '\0') + value);
    return out;
}

}  // namespace

std::string png_of(int width, int height, PixelFormat format, std::span<const std::uint8_t> pixels,
                   RowOrder order, const PngNotes& notes) {
    const int channels = static_cast<int>(format);
    // Keeps the encoder's int arithmetic far from overflow.
    if (width <= 0 || height <= 0 || width > kLargestPngSide || height > kLargestPngSide) {
        throw UserError("A picture has from 1x1 to " + std::to_string(kLargestPngSide) + "x" +
                        std::to_string(kLargestPngSide) + " pixels, not " + std::to_string(width) +
                        "x" + std::to_string(height) + ".");
    }
    const std::size_t row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    if (pixels.size() != row * static_cast<std::size_t>(height)) {
        throw std::logic_error("png_of: " + std::to_string(pixels.size()) + " bytes for " +
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
    if (stbi_write_png_to_func(collect, &png, width, height, channels, first, stride) == 0)
        throw UserError("There is not enough memory to encode a picture of " +
                        std::to_string(width) + "x" + std::to_string(height) + " pixels.");
    png.insert(kHeaderBytes, chunks_of(notes));
    return png;
}

void write_png(const std::filesystem::path& path, int width, int height, PixelFormat format,
               std::span<const std::uint8_t> pixels, RowOrder order, const PngNotes& notes) {
    write_file_atomically(path, png_of(width, height, format, pixels, order, notes));
}

}  // namespace marginscope
