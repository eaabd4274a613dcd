// Breaks exactly one rule in a valid story and says where. For tests of the story checker.
//
// Works on the text alone: it knows neither the generator nor the checker.
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "text/stories/story_checker.h"

namespace marginscope::test {

struct StoryMutation {
    std::string text;
    std::size_t offset;  // where the new text differs; length 0 if something was taken out there
    std::size_t length;
    std::string what;  // for messages: "kite -> kites"
};

// A random way to break `rule` in `story`, or nothing if the story has no place for it (no sum, no
// sound).
std::optional<StoryMutation> mutate_story(std::string_view story, StoryRule rule,
                                          std::mt19937_64& random);

}  // namespace marginscope::test
