// Characters of a text swapped, dropped, inserted or changed in case, and at which of them whoever
// reads the spoilt text can be asked for what truly comes next.
//
// Pure functions; any thread. A text is given as ids, one a character. Whether a character is hit
// depends on the key and its place alone: not on the text, nor on what was hit before it, and what
// a rate hits a higher one hits too (of two neighbours that are both to be swapped, the first is).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/noisy_tokens.h"
#include "core/random.h"

namespace marginscope {

struct SpoiltText {
    std::vector<int> ids;  // what is read
    // Of what was read up to the k-th character: the place p in the true text such that exactly the
    // true characters 0 … p were read (but for dropped ones) and the k-th is one of them. The next
    // true character is then that at p + 1. -1: none, after an inserted character and between two
    // swapped ones. A dropped character is nobody's place.
    std::vector<int> place;
    std::size_t changed = 0;  // dropped, inserted or changed in case, or in another place
};

struct SpoilRequest {
    CharacterChange change = CharacterChange::swap;
    double rate = 0.0;  // how likely each character is hit
    DrawKey key;        // its position is filled in: the character's place
    // An inserted character is one of these, each as likely; not empty where some are inserted.
    std::span<const int> inserted;
    // By id: the same letter in its other case, or itself.
    std::span<const int> other_case;
};

SpoiltText spoil(std::span<const int> text, const SpoilRequest& request);

}  // namespace marginscope
