// Random and damaged bytes into everything of the room that reads text; run under the sanitizers
// too.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "core/error.h"
#include "text/code_points.h"
#include "text/corpus.h"
#include "text/stories/story_checker.h"
#include "text/stories/story_grammar.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace marginscope {
namespace {

using testing_text::decode_utf8;
using testing_text::encode_utf8;

std::string random_bytes(std::mt19937_64& random, std::size_t length, std::string_view alphabet) {
    std::string bytes(length, '\0');
    for (char& c : bytes)
        c = alphabet.empty() ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    return bytes;
}

void expect_sane(const std::string& text) {
    for (const auto& violation : check_story(text)) {
        ASSERT_LE(violation.offset, text.size());
        ASSERT_LE(violation.length, text.size() - violation.offset);
        ASSERT_LT(static_cast<std::size_t>(violation.rule), kStoryRuleCount);
        ASSERT_FALSE(find_invalid_utf8(violation.sentence));
    }
    const auto share = check_sentences(text);
    ASSERT_LE(share.well_formed, share.sentences);
    check_sentences(text, true);
}

TEST(TextFuzz, CheckerTakesAnyBytes) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        expect_sane(random_bytes(random, random() % 400, ""));
        expect_sane(random_bytes(random, random() % 400, "ab A.,?!()[]\"' \n12"));
    }
}

TEST(TextFuzz, CheckerTakesDamagedStories) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 4000; ++i) {
        std::string story = generate_story(6, random() % 1000);
        const std::string other = generate_story(6, random() % 1000);
        for (std::size_t k = 1 + random() % 6; k > 0; --k) {
            const std::size_t at = random() % story.size();
            switch (random() % 4) {
                case 0:
                    story.erase(at, 1 + random() % 20);
                    break;
                case 1:
                    story.insert(at, other.substr(random() % other.size(), random() % 60));
                    break;
                case 2:
                    story[at] = static_cast<char>(random());
                    break;
                default:
                    story[at] = other[random() % other.size()];
            }
            if (story.empty()) story = other;
        }
        expect_sane(story);
    }
}

TEST(TextFuzz, CheckerIsFastOnHostileInput) {
    const auto start = std::chrono::steady_clock::now();
    for (const char* pattern :
         {"(", ")", "([", "'\"", "\"", "Mia ", "the kite ", ".", ".)", "\n", "((]]", "9", "z"}) {
        std::string text;
        while (text.size() < 100'000) text += pattern;
        expect_sane(text);
        expect_sane(text + std::string(100'000, ')'));
    }
    const std::chrono::duration<double> secs = std::chrono::steady_clock::now() - start;
    EXPECT_LT(secs.count(), 60.0);
}

TEST(TextFuzz, Utf8IsEitherRefusedOrGivenBackExactly) {
    std::mt19937_64 random(3);
    int accepted = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string bytes = random_bytes(
            random, random() % 8, i % 2 ? "" : "a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E\xED");
        const auto invalid = find_invalid_utf8(bytes);
        if (invalid) {
            EXPECT_THROW(decode_utf8(bytes), Utf8Error);
            EXPECT_FALSE(find_invalid_utf8(std::string_view(bytes).substr(0, *invalid)));
        } else {
            ++accepted;
            EXPECT_EQ(encode_utf8(decode_utf8(bytes)), bytes);
            const auto vocabulary = Vocabulary::from_text(bytes);
            EXPECT_EQ(vocabulary.decode(vocabulary.encode(bytes)), bytes);
        }
    }
    EXPECT_GT(accepted, 500);
}

TEST(TextFuzz, CorpusBytesAreRefusedWithASentenceOrTaken) {
    std::mt19937_64 random(4);
    for (int i = 0; i < 5000; ++i) {
        const std::string bytes =
            random_bytes(random, random() % 12, i % 2 ? "" : "a\r\n\xEF\xBB\xBF");
        try {
            const Corpus corpus = corpus_from_bytes("fuzz", bytes);
            EXPECT_FALSE(corpus.text.empty());
            EXPECT_FALSE(find_invalid_utf8(corpus.text));
            std::string expected = bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes;
            for (auto at = expected.find("\r\n"); at != std::string::npos;
                 at = expected.find("\r\n", at + 1))
                expected.erase(at, 1);
            EXPECT_EQ(corpus.text, expected);
        } catch (const UserError& error) {
            EXPECT_GT(std::string(error.what()).size(), 20u);
        }
    }
}

}  // namespace
}  // namespace marginscope
