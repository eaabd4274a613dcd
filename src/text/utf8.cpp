// Strict UTF-8 decoding and encoding.
#include "text/utf8.h"

#include <algorithm>
#include <cassert>
#include <cstdio>

namespace marginscope {
namespace {

unsigned byte_at(std::string_view text, std::size_t offset) {
    return static_cast<unsigned char>(text[offset]);
}

bool is_surrogate(char32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

}  // namespace

std::optional<Utf8Character> read_utf8(std::string_view text, std::size_t offset) noexcept {
    const unsigned lead = byte_at(text, offset);
    if (lead < 0x80) return Utf8Character{lead, 1};
    const std::size_t length = (lead & 0xE0) == 0xC0   ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 0;
    if (length == 0 || length > text.size() - offset) return std::nullopt;
    char32_t code_point = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const unsigned next = byte_at(text, offset + i);
        if ((next & 0xC0) != 0x80) return std::nullopt;
        code_point = (code_point << 6) | (next & 0x3F);
    }
    // A value that fits a shorter form is refused: two spellings of one character would be two
    // characters.
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code_point < kSmallest[length] || code_point > 0x10FFFF || is_surrogate(code_point))
        return std::nullopt;
    return Utf8Character{code_point, length};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t offset = 0; offset < text.size();) {
        const auto character = read_utf8(text, offset);
        if (!character) return offset;
        offset += character->length;
    }
    return std::nullopt;
}

void refuse_utf8(std::string_view text, std::size_t offset) {
    char found[8];
    std::snprintf(found, sizeof found, "0x%02X", byte_at(text, offset));
    throw Utf8Error("The text is not UTF-8: it has the invalid byte " + std::string(found) +
                        " at offset " + std::to_string(offset) + ".",
                    offset);
}

std::size_t count_characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

void append_utf8(char32_t code_point, std::string& out) {
    assert(code_point <= 0x10FFFF && !is_surrogate(code_point));
    const auto tail = [&](int shift) {
        out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
    };
    if (code_point < 0x80) {
        out.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (code_point >> 6)));
        tail(0);
    } else if (code_point < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | (code_point >> 12)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0 | (code_point >> 18)));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace marginscope
