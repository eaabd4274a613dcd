// Says which rule of the built-in stories a text breaks, and where.
//
// Any thread; pure functions. The checker is a recogniser of its own, written from the rules
// (text/story_grammar.h) and sharing only the word lists with the generator. It takes any bytes:
// what a model samples, or no story at all.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

enum class StoryRule {
    kVocabulary,   // a word or character that no story uses
    kStructure,    // no sentence goes like this; spaces, lines, the final blank line
    kCapital,      // sentences and names begin with a capital, nothing else does
    kName,         // a person is introduced once and before anything else is said of them
    kPronoun,      // she, he, her, his, they, girl, boy fit the person named last
    kObject,       // what is recalled was mentioned before, with the same adjective
    kWhereabouts,  // who has it, who gave it, where it lies, where somebody lives
    kArticle,      // a, an
    kNumber,       // singular and plural
    kSum,          // counts
    kBracket,      // ( ) [ ] are closed in their sentence, in order
    kQuote,        // " and ' too
    kSound,        // the animals' voices
};
inline constexpr std::size_t kStoryRuleCount = 13;

// One lower-case word, for tables and JSON: "vocabulary", "structure", ...
std::string_view story_rule_name(StoryRule rule);

struct StoryViolation {
    StoryRule rule;
    std::size_t offset;    // bytes from the start of the text
    std::size_t length;    // bytes; 0 where something is missing at the very end
    std::string sentence;  // what is wrong, in English (ASCII)
};

// All violations, in order of their sentences. Stories end with a blank line, after which nothing
// is remembered; a text may hold several. Valid text gives an empty list.
std::vector<StoryViolation> check_story(std::string_view text);

struct StorySentenceShare {
    std::size_t sentences = 0;
    std::size_t well_formed = 0;                        // without any violation
    std::array<std::size_t, kStoryRuleCount> broken{};  // sentences that break each rule
    // 1 is perfect; 0 if there was no whole sentence.
    double share() const {
        return sentences == 0 ? 0.0
                              : static_cast<double>(well_formed) / static_cast<double>(sentences);
    }
};

// For samples that begin and end anywhere: the first and the last piece are left out if they are
// not whole, and until the first blank line unknown people and things count as introduced before
// the sample. `from_story_start`: the text begins where a story does, so nothing is forgiven.
StorySentenceShare check_sentences(std::string_view text, bool from_story_start = false);

}  // namespace marginscope
