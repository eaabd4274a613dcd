// The story generator: always valid, hardly ever the same, the same everywhere.
#include "text/stories/story_grammar.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "text/corpus.h"
#include "text/stories/story_checker.h"
#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

constexpr std::uint64_t kPinnedHash = 3111577541118399077ULL;

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

TEST(StoryGrammar, TenThousandStoriesAreValidAndDistinct) {
    std::set<std::string> distinct;
    for (std::uint64_t index = 0; index < 10000; ++index) {
        const std::string story = generate_story(20240, index);
        const auto violations = check_story(story);
        ASSERT_TRUE(violations.empty())
            << story << story_rule_name(violations[0].rule) << ": " << violations[0].sentence;
        distinct.insert(story);
    }
    EXPECT_GE(distinct.size(), 9900u);
}

TEST(StoryGrammar, StoriesAreShortAsciiAndEndWithABlankLine) {
    std::set<char> alphabet;
    for (std::uint64_t index = 0; index < 2000; ++index) {
        const std::string story = generate_story(3, index);
        EXPECT_GE(story.size(), 150u);
        EXPECT_LE(story.size(), 300u);
        EXPECT_EQ(story.find("\n\n"), story.size() - 2);
        alphabet.insert(story.begin(), story.end());
    }
    EXPECT_LE(alphabet.size(), 70u);
    for (const char c : alphabet) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << int{c};
}

TEST(StoryGrammar, EveryWordIsInTheWordList) {
    const std::string text = story_corpus(5, 300000);
    std::string word;
    for (const char c : text) {
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
            word += static_cast<char>(c | 0x20);
        } else {
            if (!word.empty()) {
                ASSERT_TRUE(is_story_word(word)) << word;
            }
            word.clear();
        }
    }
}

TEST(StoryGrammar, EveryStructureOccursOften) {
    const std::string text = story_corpus(1, 300000);
    for (const char* part :
         {"[and ",       " (it is ",    "(they are ",       "'meow'",       "\"I have ",
          " make ",      " again.",     "stayed with",      " gave it to ", " gave them to ",
          "Her friend ", "His friend ", " was left",        " were left",   "They ",
          " an ",        "(\"I ",       "' to me,\" said ", "In the end, ", " mice",
          "\"It is ",    "\"They are "}) {
        std::size_t count = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++count;
        EXPECT_GE(count, 5u) << part;
    }
}

TEST(StoryGrammar, IsTheSameEverywhere) {
    EXPECT_EQ(fnv1a(built_in_corpus().text), kPinnedHash);
    EXPECT_EQ(generate_story(1337, 0),
              built_in_corpus().text.substr(0, generate_story(1337, 0).size()));
    EXPECT_NE(generate_story(1, 0), generate_story(2, 0));
}

TEST(StoryGrammar, ACorpusIsMadeOfItsStoriesInOrder) {
    const std::string corpus = story_corpus(9, 5000);
    std::string joined;
    for (std::uint64_t index = 0; joined.size() < corpus.size(); ++index)
        joined += generate_story(9, index);
    EXPECT_EQ(joined, corpus);
    EXPECT_EQ(story_corpus(9, 0), generate_story(9, 0));
    EXPECT_TRUE(check_story(corpus).empty());
}

TEST(StoryGrammar, MakesAMegabyteInWellUnderASecond) {
    const auto start = std::chrono::steady_clock::now();
    const std::string text = story_corpus(4, 1'000'000);
    const std::chrono::duration<double> secs = std::chrono::steady_clock::now() - start;
    EXPECT_GT(text.size(), 999'000u);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "timings mean nothing under a sanitizer";
#endif
    EXPECT_LT(secs.count(), 1.0);
}

}  // namespace
}  // namespace marginscope
