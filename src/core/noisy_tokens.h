// Which tokens of a window get noise, and how the characters of a text may be spoilt instead.
#pragma once

namespace marginscope {

/// All of them, the window's support tokens, or as many others drawn at random for each draw.
enum class NoisyTokens { all, support, random };

/// A character and the next change places; one is left out; a foreign one comes after it; a letter
/// becomes capital or small.
enum class CharacterChange { swap, drop, insert, letter_case };

}  // namespace marginscope
