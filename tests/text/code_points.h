// Texts as code points and back, for tests that look at single characters.
#pragma once

#include <string>
#include <string_view>

#include "text/utf8.h"

namespace marginscope::testing_text {

inline std::u32string decode_utf8(std::string_view text) {
    std::u32string out;
    for_each_character(text, [&](char32_t code_point) { out.push_back(code_point); });
    return out;
}

inline std::string encode_utf8(std::u32string_view code_points) {
    std::string out;
    for (const char32_t code_point : code_points) append_utf8(code_point, out);
    return out;
}

}  // namespace marginscope::testing_text
