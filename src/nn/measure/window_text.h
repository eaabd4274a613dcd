// What is measured of a text, and the characters that its windows read. Torch-free.
//
// Pure functions; any thread. Texts are UTF-8 and counted in characters.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/text_windows.h"

namespace marginscope {

/// Of a window: its characters as they stand in the text.
struct WindowText {
    std::size_t begin = 0;
    std::vector<std::string> characters;
};

/// What a model learned from is never measured. UserError where it is not UTF-8.
std::string last_tenth(const std::string& text);

/// The characters [begin, end) of each block; no block begins before the one in front of it.
std::vector<WindowText> window_texts(const std::string& text, const std::vector<TextBlock>& blocks);

}  // namespace marginscope
