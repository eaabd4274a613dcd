// The two families figures are set in, with their measures: Inter for words, JetBrains Mono for
// characters of a text and for numbers in columns. Both are embedded in the program.
//
// Any thread; the fonts are constants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

enum class TypeFace { regular, bold, mono };

/// Pixels from the first to behind the last character, at a size in pixels. A character that no
/// embedded font has is as wide as its code point in words, which stands for it.
double text_width(std::string_view words, TypeFace face, double size);

/// The words as figures draw them: control characters and broken bytes as U+FFFD, a character that
/// the font lacks as "U+4F60".
std::string drawable_words(std::string_view words, TypeFace face);

/// A glyph as coverage, 0 to 255, rows from the top; its corner relative to the pen on the
/// baseline.
struct GlyphPicture {
    int width = 0, height = 0;
    int left = 0, top = 0;
    std::vector<std::uint8_t> coverage;
};
/// `shift` is the pen's fraction of a pixel. One glyph of drawable words.
GlyphPicture glyph_picture(std::uint32_t code_point, TypeFace face, double size, double shift);
double glyph_advance(std::uint32_t code_point, TypeFace face, double size);

/// The code points of UTF-8; a broken byte is U+FFFD.
std::vector<std::uint32_t> code_points_of(std::string_view words);

}  // namespace marginscope
