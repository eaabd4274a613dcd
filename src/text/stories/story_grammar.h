// The built-in corpus: short English stories with known structure, made by a deterministic
// generator.
//
// Any thread; pure functions: equal arguments give equal bytes on every machine. ASCII only.
//
// What holds in every story (text/story_checker.h finds where a text breaks it):
//   names       a person is introduced once, then recalled; nobody else is ever mentioned
//   pronouns    she, he, her, his, they stand for the person (or the two) named last
//   objects     "the kite" has been mentioned before, and if it was red it stays "the red kite"
//   whereabouts one gives, hides, keeps only what one has; what lies under the bridge is found
//   there; homes stay numbers     1 hen, 3 hens; was, were; it, them; says, say;   sums: counts are
//   added, taken away and recalled articles    a kite, an odd kite;   sounds: cats say 'meow'
//   brackets and quotes are closed, also inside each other; speech stands on a line of its own
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace marginscope {

// Story `index` of `seed`: 150 to 300 characters, one to six lines, and a blank line at the end.
std::string generate_story(std::uint64_t seed, std::uint64_t index);

// Stories 0, 1, 2, ... of `seed`, as many whole ones as fit into `n_chars` (at least one).
std::string story_corpus(std::uint64_t seed, std::size_t n_chars);

}  // namespace marginscope
