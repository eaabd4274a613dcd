// Guesses an encoding from the bytes that are not ASCII.
#include "text/encoding_advice.h"

#include <algorithm>

#include "core/shell_word.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

struct Census {
    std::size_t characters = 0;  // of several bytes, valid
    std::size_t strays = 0;      // bytes that are not UTF-8
    bool controls = false;       // 0x80..0x9F among all bytes: letters and quotes in Windows-1252
    bool undefined = false;      // bytes without a meaning in Windows-1252
};

Census take_census(std::string_view bytes) {
    Census census;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto character = read_utf8(bytes, at);
        census.characters += character && character->length > 1;
        census.strays += !character;
        at += character ? character->length : 1;
    }
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        census.controls |= byte >= 0x80 && byte <= 0x9F;
        census.undefined |=
            byte == 0x81 || byte == 0x8D || byte == 0x8F || byte == 0x90 || byte == 0x9D;
    }
    return census;
}

// A character's first bytes at the end of the text, and the rest missing.
bool is_cut_off(std::string_view bytes, std::size_t offset) {
    const auto lead = static_cast<unsigned char>(bytes[offset]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (lead > 0xF4 || bytes.size() - offset >= length) return false;
    return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(offset) + 1, bytes.end(),
                       [](char c) { return (c & 0xC0) == 0x80; });
}

}  // namespace

std::string conversion_command(const std::string& from, const std::string& file) {
    return "convert it with `iconv -f " + from + " -t UTF-8 " + shell_path(file) + " > " +
           shell_path(file + ".utf8") + "`";
}

std::string encoding_advice(std::string_view bytes, std::size_t offset, const std::string& file) {
    const Census census = take_census(bytes);
    if (census.strays <= 3 && is_cut_off(bytes, offset) && (offset == 0 || census.characters > 0))
        return "it ends in the middle of a character, so it was cut off: get the whole file, or "
               "take away its last bytes";
    if (census.characters > census.strays)
        return "most of it is UTF-8, with " + std::to_string(census.strays) +
               " damaged bytes: repair them, or drop them with `iconv -c -f UTF-8 -t UTF-8 " +
               shell_path(file) + " > " + shell_path(file + ".utf8") + "`";
    if (census.controls && census.undefined)
        return "it is in no encoding that is recognised here: find out which, and convert it to "
               "UTF-8";
    if (census.controls)
        return "it looks like text in Windows-1252; " + conversion_command("WINDOWS-1252", file);
    return "it looks like text in Latin-1; " + conversion_command("ISO-8859-1", file);
}

}  // namespace marginscope
