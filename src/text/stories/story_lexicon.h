// The words of the built-in stories: all that the generator and the checker have in common.
//
// Any thread; constant tables. Everything is lower case but names, which are capitalised.
#pragma once

#include <span>
#include <string_view>

namespace marginscope {

struct StoryName {
    std::string_view text;
    bool girl;
};

struct StoryNoun {
    std::string_view one;
    std::string_view many;
};

struct StoryAnimal {
    std::string_view one;
    std::string_view many;
    std::string_view sound;
};

std::span<const StoryName> story_names();
std::span<const StoryNoun> story_things();
std::span<const StoryAnimal> story_animals();
std::span<const std::string_view> story_thing_adjectives();   // "a RED kite"
std::span<const std::string_view> story_person_adjectives();  // "a SHY girl"
std::span<const std::string_view> story_predicates();         // "the kite was very WET"
std::span<const std::string_view> story_degrees();            // "was VERY wet"
// Places with their preposition, "near the old mill"; the first story_home_count() are where people
// live.
std::span<const std::string_view> story_places();
int story_home_count();
std::span<const std::string_view> story_opening_times();  // "one morning", said once, with a comma
std::span<const std::string_view> story_later_times();    // "the next day", with a comma
std::span<const std::string_view> story_greetings();      // said in single quotes: "good night"
std::span<const std::string_view> story_deeds();          // "she LAUGHED"
std::span<const std::string_view> story_feelings();       // "she was HAPPY"
std::span<const std::string_view> story_thoughts();       // "I LIKE the kite"

// Whether `word` (lower case) occurs anywhere in the grammar; "mia" counts as the name.
bool is_story_word(std::string_view word);

// Whether "an" goes before `word`. In this vocabulary spelling decides: no "hour", no "unicorn".
bool takes_an(std::string_view word);

}  // namespace marginscope
