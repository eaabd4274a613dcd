// Cleaning of text that a terminal will show.
#include "core/shown.h"

#include <algorithm>

namespace marginscope {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t length = 0;  // bytes; 0 where it is not valid UTF-8
};

Character character_at(std::string_view text, std::size_t i) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned char lead = byte(i);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = (lead & 0xE0) == 0xC0   ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 0;
    if (length == 0 || length > text.size() - i) return {};
    char32_t code = lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xC0) != 0x80) return {};
        code = (code << 6) | (byte(i + k) & 0x3Fu);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kSmallest[length] || code > 0x10FFFF || surrogate) return {};
    return {code, length};
}

bool commands_a_terminal(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

std::string cleaned(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const Character character = character_at(text, i);
        const bool line = keep_lines && (character.code == '\n' || character.code == '\t');
        const bool fine = character.length > 0 && (line || !commands_a_terminal(character.code));
        if (fine)
            out.append(text, i, character.length);
        else
            out += "\uFFFD";
        i += std::max<std::size_t>(character.length, 1);
    }
    return out;
}

}  // namespace

std::string shown_text(std::string_view text) { return cleaned(text, false); }
std::string shown_lines(std::string_view text) { return cleaned(text, true); }

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return shown_text(text);
    // Cut between characters.
    const auto inside = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };
    std::size_t head = most / 2, tail = text.size() - most / 2;
    while (head > 0 && inside(head)) --head;
    while (tail < text.size() && inside(tail)) ++tail;
    return shown_text(text.substr(0, head)) + "…" + shown_text(text.substr(tail));
}

std::string shown(std::string_view text) {
    std::string quoted(1, '\'');
    quoted += shortened(text);
    quoted += '\'';
    return quoted;
}

std::string shown_path(const std::filesystem::path& path) { return shown(path.native()); }

std::string shown_sentence(std::string_view sentence) {
    std::string one_line(sentence);
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    return shortened(one_line, kSentenceBytes);
}

}  // namespace marginscope
