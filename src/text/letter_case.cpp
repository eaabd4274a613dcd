// Ranges of small letters, each with its distance to the capitals.
#include "text/letter_case.h"

namespace marginscope {
namespace {

struct Range {
    char32_t first, last;  // small letters
    char32_t distance;     // to their capitals, which come before them
};

constexpr Range kRanges[] = {
    {U'a', U'z', 0x20},   {0xE0, 0xF6, 0x20},    // the division sign stands between these two
    {0xF8, 0xFE, 0x20},   {0x3B1, 0x3C1, 0x20},  // the final sigma has no capital of its own
    {0x3C3, 0x3CB, 0x20}, {0x430, 0x44F, 0x20}, {0x450, 0x45F, 0x50},
};

}  // namespace

char32_t other_case(char32_t character) noexcept {
    for (const Range& range : kRanges) {
        if (character >= range.first && character <= range.last) return character - range.distance;
        const char32_t small = character + range.distance;
        if (small >= range.first && small <= range.last) return small;
    }
    return character;
}

}  // namespace marginscope
