// How the Playground's tokens are called in sentences and pictures: by letters, in their order.
//
// Any thread.
#pragma once

#include <string>

namespace marginscope {

/// a, b, c … of 0, 1, 2 …
inline std::string token_letter(int index) {
    return std::string(1, static_cast<char>('a' + index));
}

}  // namespace marginscope
