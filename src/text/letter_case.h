// Capital and small letters of the alphabets that have both, the same on every machine.
//
// Pure function; any thread.
#pragma once

namespace marginscope {

// The capital of a small letter, the small of a capital one; anything else as it is. ASCII,
// Latin-1, Greek and Cyrillic: letters that have exactly one partner.
char32_t other_case(char32_t character) noexcept;

}  // namespace marginscope
