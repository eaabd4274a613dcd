// A picture in memory: 8-bit RGBA, rows from the top, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace marginscope {

struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgba;  // 4 * width * height

    const std::uint8_t* pixel(int x, int y) const {
        return rgba.data() + 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                  static_cast<std::size_t>(x));
    }
};

// The texels of an RGBA8 texture, texture row 0 first (our matrix and boundary textures have their
// top row there). GL thread.
Image read_texture(unsigned int texture, int width, int height);

}  // namespace marginscope
