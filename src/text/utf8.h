// Strict UTF-8: bytes to code points and back.
//
// Any thread; no state. Invalid means: a stray or missing continuation byte, an overlong form, a
// surrogate (U+D800..U+DFFF), a value above U+10FFFF. Offsets are bytes from the start of the given
// text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace marginscope {

// The character that stands for everything a vocabulary does not know.
inline constexpr char32_t kReplacementCharacter = U'\uFFFD';

// Thrown by decode_utf8; the sentence names the byte and what is wrong with it.
class Utf8Error : public UserError {
public:
    Utf8Error(const std::string& sentence, std::size_t offset)
        : UserError(sentence), offset_(offset) {}
    std::size_t offset() const noexcept { return offset_; }

private:
    std::size_t offset_;
};

// One character at `offset`: its code point and its length in bytes (1..4), or nothing if it is not
// valid there. Precondition: offset < text.size().
struct Utf8Character {
    char32_t code_point;
    std::size_t length;
};
std::optional<Utf8Character> read_utf8(std::string_view text, std::size_t offset) noexcept;

// Offset of the first byte that does not begin a valid character, or nothing if all of `text` is
// valid.
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

// All code points of `text`. Throws Utf8Error at the first invalid byte.
std::u32string decode_utf8(std::string_view text);

// Precondition: a Unicode scalar value (not a surrogate, at most U+10FFFF).
void append_utf8(char32_t code_point, std::string& out);
std::string encode_utf8(std::u32string_view code_points);

}  // namespace marginscope
