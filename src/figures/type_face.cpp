// Glyphs through stb_truetype.
#include "figures/type_face.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "embedded/fonts.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wduplicated-branches"
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#include <stb_truetype.h>
#pragma GCC diagnostic pop

namespace marginscope {
namespace {

constexpr std::uint32_t kBroken = 0xFFFD;

stbtt_fontinfo open_font(const char* name) {
    stbtt_fontinfo font{};
    const std::span<const unsigned char> bytes = embedded::fonts(name);
    if (!bytes.empty()) stbtt_InitFont(&font, bytes.data(), 0);
    return font;
}

const stbtt_fontinfo& font_of(TypeFace face) {
    static const std::array<stbtt_fontinfo, 3> fonts = {open_font("Inter-Regular"),
                                                        open_font("Inter-SemiBold"),
                                                        open_font("JetBrainsMono-Regular")};
    return fonts[static_cast<std::size_t>(face)];
}

bool is_in(const stbtt_fontinfo& font, std::uint32_t point) {
    return stbtt_FindGlyphIndex(&font, static_cast<int>(point)) != 0;
}

// The face's own font, or the first of the others that has the character.
const stbtt_fontinfo& font_with(std::uint32_t point, TypeFace face) {
    for (const TypeFace one : {face, TypeFace::regular, TypeFace::mono})
        if (is_in(font_of(one), point)) return font_of(one);
    return font_of(face);
}

float scale_of(const stbtt_fontinfo& font, double size) {
    return stbtt_ScaleForMappingEmToPixels(&font, static_cast<float>(size));
}

bool has_glyph(std::uint32_t point, TypeFace face) { return is_in(font_with(point, face), point); }

// C0, C1, and what turns or breaks lines: as shown_text() has it.
bool is_control(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0x2028 || point == 0x2029;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
    } else {
        put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F));
        put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
    }
}

}  // namespace

std::vector<std::uint32_t> code_points_of(std::string_view words) {
    std::vector<std::uint32_t> points;
    for (std::size_t i = 0; i < words.size();) {
        const auto byte = [&](std::size_t at) {
            return static_cast<std::uint32_t>(words[at]) & 0xFF;
        };
        const std::uint32_t first = byte(i);
        const std::size_t length = first < 0x80                    ? 1
                                   : first >= 0xC2 && first < 0xE0 ? 2
                                   : first >= 0xE0 && first < 0xF0 ? 3
                                   : first >= 0xF0 && first < 0xF5 ? 4
                                                                   : 0;
        std::uint32_t point = length == 1   ? first
                              : length == 0 ? kBroken
                                            : first & (0x7FU >> length);
        std::size_t used = 1;
        for (; used < length && i + used < words.size() && (byte(i + used) & 0xC0) == 0x80; ++used)
            point = point << 6 | (byte(i + used) & 0x3F);
        if (length > 0 && used < length) point = kBroken;
        points.push_back(point);
        i += used;
    }
    return points;
}

std::string drawable_words(std::string_view words, TypeFace face) {
    std::string out;
    for (const std::uint32_t point : code_points_of(words)) {
        if (is_control(point)) {
            append_utf8(out, kBroken);
        } else if (point == kBroken || has_glyph(point, face)) {
            append_utf8(out, point);
        } else {
            char code[16];
            std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(point));
            out += code;
        }
    }
    return out;
}

double glyph_advance(std::uint32_t point, TypeFace face, double size) {
    int advance = 0, bearing = 0;
    const stbtt_fontinfo& font = font_with(point, face);
    stbtt_GetCodepointHMetrics(&font, static_cast<int>(point), &advance, &bearing);
    return static_cast<double>(static_cast<float>(advance) * scale_of(font, size));
}

double text_width(std::string_view words, TypeFace face, double size) {
    double width = 0;
    for (const std::uint32_t point : code_points_of(drawable_words(words, face)))
        width += glyph_advance(point, face, size);
    return width;
}

GlyphPicture glyph_picture(std::uint32_t point, TypeFace face, double size, double shift) {
    const stbtt_fontinfo& font = font_with(point, face);
    const float scale = scale_of(font, size), part = static_cast<float>(shift);
    const int glyph = stbtt_FindGlyphIndex(&font, static_cast<int>(point));
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    stbtt_GetGlyphBitmapBoxSubpixel(&font, glyph, scale, scale, part, 0, &x0, &y0, &x1, &y1);
    GlyphPicture picture{x1 - x0, y1 - y0, x0, y0, {}};
    if (picture.width <= 0 || picture.height <= 0) return {};
    picture.coverage.resize(static_cast<std::size_t>(picture.width) *
                            static_cast<std::size_t>(picture.height));
    stbtt_MakeGlyphBitmapSubpixel(&font, picture.coverage.data(), picture.width, picture.height,
                                  picture.width, scale, scale, part, 0, glyph);
    return picture;
}

}  // namespace marginscope
