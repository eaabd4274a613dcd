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

// Thrown by for_each_character; the sentence names the byte and where it is.
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

[[noreturn]] void refuse_utf8(std::string_view text, std::size_t offset);

// Calls visit(code_point) for each character of `text`. Throws Utf8Error at the first invalid byte.
template <typename Visit>
void for_each_character(std::string_view text, Visit&& visit) {
    for (std::size_t offset = 0; offset < text.size();) {
        const auto character = read_utf8(text, offset);
        if (!character) refuse_utf8(text, offset);
        visit(character->code_point);
        offset += character->length;
    }
}

// How many characters a valid text has.
std::size_t count_characters(std::string_view text) noexcept;

// Precondition: a Unicode scalar value (not a surrogate, at most U+10FFFF).
void append_utf8(char32_t code_point, std::string& out);

}  // namespace marginscope
