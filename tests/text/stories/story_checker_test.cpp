// The story checker: every rule is recognised where it is broken, and what a model samples is
// judged sensibly.
#include "text/stories/story_checker.h"

#include <gtest/gtest.h>

#include <random>

#include "support/story_mutations.h"
#include "text/stories/story_grammar.h"

namespace marginscope {
namespace {

bool touches(const StoryViolation& violation, std::size_t offset, std::size_t length) {
    return violation.offset <= offset + length && offset <= violation.offset + violation.length;
}

class StoryMutations : public ::testing::TestWithParam<std::size_t> {};

TEST_P(StoryMutations, AreCaughtWithRuleAndPlace) {
    const auto rule = static_cast<StoryRule>(GetParam());
    std::mt19937_64 random(99 + GetParam());
    constexpr int kWanted = 1500;
    int made = 0;
    int caught = 0;
    int nothing_else = 0;
    std::string missed;
    for (std::uint64_t index = 0; made < kWanted; ++index) {
        ASSERT_LT(index, 100'000u) << "too few stories have a place for this rule";
        const auto mutation = test::mutate_story(generate_story(77, index), rule, random);
        if (!mutation) continue;
        ++made;
        bool found = false;
        bool alone = true;
        for (const auto& violation : check_story(mutation->text)) {
            found = found || (violation.rule == rule &&
                              touches(violation, mutation->offset, mutation->length));
            alone = alone && violation.rule == rule;
            // A place is at most one line: a span over the whole story would say nothing.
            EXPECT_LE(violation.length, 120u);
        }
        caught += found ? 1 : 0;
        nothing_else += found && alone ? 1 : 0;
        if (!found)
            missed +=
                mutation->what + " at " + std::to_string(mutation->offset) + "\n" + mutation->text;
    }
    EXPECT_GE(caught, kWanted * 99 / 100) << missed;
    // One fault should not be reported as many.
    EXPECT_GE(nothing_else, kWanted * 85 / 100);
    RecordProperty("caught", caught);
    RecordProperty("nothing_else", nothing_else);
}

INSTANTIATE_TEST_SUITE_P(EveryRule, StoryMutations,
                         ::testing::Range<std::size_t>(0, kStoryRuleCount), [](const auto& param) {
                             return std::string(
                                 story_rule_name(static_cast<StoryRule>(param.param)));
                         });

// A whole story by hand, so that the rules are tested without the generator.
const std::string kStory =
    "Mia (an odd girl) lived on a farm with 1 cat. Her friend Leo lived by the lake. (He had 2 "
    "dogs [and 1 owl] at "
    "home.) One day, Mia found 3 red kites in the garden. Then she gave them to Leo.\n"
    "\"Mia gave the red kites to me,\" said Leo.\n"
    "He lost 2 of them. Now 1 was left. He hid it in the attic.\n"
    "\"Where is the kite?\" asked Mia.\n"
    "\"It is in the attic,\" said Leo.\n"
    "\"My dogs say 'woof' at night,\" said Leo.\n"
    "Mia and Leo laughed.\n\n";

struct Case {
    StoryRule rule;
    std::string from;
    std::string to;
    std::string place;  // the reported text
};

TEST(StoryChecker, AcceptsAStoryWrittenByHand) {
    const auto violations = check_story(kStory);
    ASSERT_TRUE(violations.empty())
        << kStory.substr(violations[0].offset) << violations[0].sentence;
}

TEST(StoryChecker, NamesRuleAndPlaceOfHandMadeFaults) {
    const Case cases[] = {
        {StoryRule::kVocabulary, "the garden", "the gardne", "gardne"},
        {StoryRule::kCapital, "said Leo.\nHe", "said leo.\nHe", "leo"},
        {StoryRule::kName, "to Leo", "to Sam", "Sam"},
        {StoryRule::kPronoun, "He hid", "She hid", "She"},
        {StoryRule::kPronoun, "odd girl", "odd boy", "boy"},
        {StoryRule::kObject, "the red kites", "the red lamps", "lamps"},
        {StoryRule::kObject, "the red kites", "the tiny kites", "tiny"},
        {StoryRule::kArticle, "an odd", "a odd", "a"},
        {StoryRule::kNumber, "1 was left", "1 were left", "were"},
        {StoryRule::kNumber, "2 dogs", "2 dog", "dog"},
        {StoryRule::kNumber, "Where is the kite?", "Where is the kites?", "kites"},
        {StoryRule::kNumber, "gave them", "gave it", "it"},
        {StoryRule::kSum, "Now 1 was", "Now 2 were", "2"},
        {StoryRule::kBracket, "owl]", "owl", "[and 1 owl at home.)"},
        {StoryRule::kBracket, "odd girl)", "odd girl", "(an odd girl lived on a farm with 1 cat."},
        {StoryRule::kQuote, "'woof' ", "'woof ", "'woof at night,\""},
        {StoryRule::kQuote, "\"Where", "Where", "Where is the kite?\""},
        {StoryRule::kSound, "'woof'", "'meow'", "meow"},
        {StoryRule::kWhereabouts, "It is in the attic", "It is on the beach", "on the beach"},
        {StoryRule::kWhereabouts, "\"Mia gave", "\"Leo gave",
         "Leo gave the red kites to me,\" said Leo."},
    };
    for (const Case& c : cases) {
        std::string text = kStory;
        ASSERT_NE(text.find(c.from), std::string::npos) << c.from;
        text.replace(text.find(c.from), c.from.size(), c.to);
        const auto violations = check_story(text);
        ASSERT_FALSE(violations.empty()) << c.to;
        EXPECT_EQ(story_rule_name(violations[0].rule), story_rule_name(c.rule)) << c.to;
        EXPECT_EQ(text.substr(violations[0].offset, violations[0].length), c.place);
        EXPECT_FALSE(violations[0].sentence.empty());
    }
}

TEST(StoryChecker, ForgetsEverythingAfterABlankLine) {
    const std::string second = "She laughed.\n\n";
    const auto violations = check_story(kStory + second);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].rule, StoryRule::kPronoun);
    EXPECT_EQ(violations[0].offset, kStory.size());
}

TEST(StoryChecker, JudgesTextThatIsNoStory) {
    for (const char* text :
         {"", "\n\n", " ", "Call me Ishmael.", "Mia lived", "....", "\"\"\"", "((((", "3 4 5"})
        EXPECT_FALSE(check_story(text).empty()) << text;
    const auto violations = check_story("Call me Ishmael.\n\n");
    ASSERT_FALSE(violations.empty());
    EXPECT_EQ(violations[0].rule, StoryRule::kVocabulary);
    EXPECT_EQ(violations[0].offset, 0u);
}

TEST(StoryChecker, AsksForTheFinalBlankLine) {
    for (const std::size_t cut : {1, 2}) {
        const auto violations = check_story(kStory.substr(0, kStory.size() - cut));
        ASSERT_EQ(violations.size(), 1u);
        EXPECT_EQ(violations[0].rule, StoryRule::kStructure);
        EXPECT_EQ(violations[0].offset, kStory.size() - 2);
    }
}

TEST(StorySentences, CountsWholeSentencesOnly) {
    const auto share =
        check_sentences("und a kite. Mia and Leo were friends. They laughed. Then th");
    EXPECT_EQ(share.sentences, 2u);
    EXPECT_EQ(share.well_formed, 2u);
    EXPECT_EQ(check_sentences("").sentences, 0u);
    EXPECT_EQ(check_sentences("no end").sentences, 0u);
    EXPECT_EQ(check_sentences("").share(), 0.0);
}

TEST(StorySentences, ForgivesWhatMayHaveBeenIntroducedBefore) {
    const std::string sample = "x. She gave it to Leo.\n\"Leo has the kite,\" said Mia.\n";
    EXPECT_EQ(check_sentences(sample).share(), 1.0);
    // But not what is wrong by itself.
    const auto share =
        check_sentences("x. She gave it to Leo. Mia and Leo was friends. He had an kite.\n");
    EXPECT_EQ(share.sentences, 3u);
    EXPECT_EQ(share.well_formed, 1u);
    EXPECT_EQ(share.broken[static_cast<std::size_t>(StoryRule::kNumber)], 1u);
}

TEST(StorySentences, AnySliceOfTheCorpusIsPerfect) {
    const std::string corpus = story_corpus(8, 60'000);
    std::mt19937_64 random(5);
    for (int i = 0; i < 500; ++i) {
        const std::size_t from = random() % (corpus.size() - 1000);
        const std::string slice = corpus.substr(from, 200 + random() % 800);
        const auto share = check_sentences(slice);
        EXPECT_EQ(share.well_formed, share.sentences) << slice;
    }
    EXPECT_EQ(check_sentences(corpus, true).share(), 1.0);
}

TEST(StorySentences, ShuffledWordsAreNoSentences) {
    const std::string corpus = story_corpus(8, 20'000);
    std::string noise;
    std::mt19937_64 random(6);
    for (int i = 0; i < 5000; ++i) noise += corpus[random() % corpus.size()];
    EXPECT_LT(check_sentences(noise).share(), 0.01);
}

}  // namespace
}  // namespace marginscope
