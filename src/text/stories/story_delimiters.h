// Brackets, quotes, capitals and spacing of one sentence. Internal to the checker.
#pragma once

#include <span>
#include <vector>

#include "text/stories/story_checker.h"
#include "text/stories/story_tokens.h"

namespace marginscope {

// Each appends what it finds. The span of an unclosed opener runs to the end of the sentence, that
// of a stray closer from the innermost open place: what is missing is missing somewhere in it.
void check_delimiters(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out);
void check_capitals(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out);
void check_spacing(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out);

}  // namespace marginscope
