// Quoting for a shell.
#include "core/shell_word.h"

#include <cstdio>

#include "core/shown.h"

namespace marginscope {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+%@";

std::string escaped(std::string_view word) {
    std::string out = "$'";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7F) {
            // Three octal digits: a hexadecimal escape would take in letters that follow.
            char text[8];
            std::snprintf(text, sizeof text, "\\%03o", byte);
            out += text;
        } else {
            out += c;
        }
    }
    out += '\'';
    return out;
}

}  // namespace

std::string shell_word(std::string_view word) {
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos)
        return std::string(word);
    if (shown_text(word) != word) return escaped(word);
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    out += '\'';
    return out;
}

std::string shell_path(const std::filesystem::path& path) {
    const std::string& text = path.native();
    return shell_word(text.starts_with('-') ? "./" + text : text);
}

std::string shell_command(std::span<const std::string> words) {
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        line += shell_word(word);
    }
    return line;
}

}  // namespace marginscope
