// The character vocabulary: ids, round trips, unknowns, and what a stored list may be.
#include "text/vocabulary.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "text/code_points.h"
#include "text/utf8.h"

namespace marginscope {
namespace {

using testing_text::decode_utf8;

TEST(Vocabulary, OrdersCharactersByCodeValueAfterTheUnknown) {
    const auto vocabulary = Vocabulary::from_text("ba\u00E9\U0001D11E\nab");
    EXPECT_EQ(vocabulary.symbols(),
              (std::vector<std::string>{"\uFFFD", "\n", "a", "b", "\u00E9", "\U0001D11E"}));
    EXPECT_EQ(vocabulary.unknown_id(), 0);
}

TEST(Vocabulary, GivesTextBackUnchanged) {
    const std::string text = "Gr\u00FC\u00DFe,\n\t\u6F22\u5B57 \U0001F600!";
    const auto vocabulary = Vocabulary::from_text(text);
    const auto ids = vocabulary.encode(text);
    EXPECT_EQ(ids.size(), decode_utf8(text).size());
    EXPECT_EQ(vocabulary.decode(ids), text);
    EXPECT_EQ(Vocabulary::from_symbols(vocabulary.symbols()), vocabulary);
}

TEST(Vocabulary, MapsForeignCharactersToTheUnknownAndCountsThem) {
    const auto vocabulary = Vocabulary::from_text("abc");
    EXPECT_EQ(vocabulary.encode("a\u00E9z\uFFFD"
                                "c"),
              (std::vector<int>{1, 0, 0, 0, 3}));
    EXPECT_EQ(vocabulary.count_unknown("a\u00E9z\uFFFD"
                                       "c"),
              3u);
    EXPECT_EQ(vocabulary.decode(vocabulary.encode("az")), "a\uFFFD");
}

TEST(Vocabulary, DoesNotListTheReplacementCharacterTwice) {
    EXPECT_EQ(Vocabulary::from_text("a\uFFFD").size(), 2);
    EXPECT_EQ(Vocabulary::from_text("").size(), 1);
}

TEST(Vocabulary, ShowsWhiteSpace) {
    const auto vocabulary = Vocabulary::from_text("\n \t\ra\x7F");
    std::string shown;
    for (int id = 0; id < vocabulary.size(); ++id) shown += vocabulary.visible(id);
    EXPECT_EQ(shown,
              "\uFFFD\u21E5\u21B5\u240D\u2423"
              "a\u2421");
}

TEST(Vocabulary, KeepsAStoredOrder) {
    const auto vocabulary = Vocabulary::from_symbols({"b", "\uFFFD", "a"});
    EXPECT_EQ(vocabulary.encode("abx"), (std::vector<int>{2, 0, 1}));
    EXPECT_EQ(vocabulary.unknown_id(), 1);
}

TEST(Vocabulary, WithoutAnUnknownRefusesForeignCharacters) {
    const auto vocabulary = Vocabulary::from_symbols({"a", "b"});
    EXPECT_EQ(vocabulary.encode("ab"), (std::vector<int>{0, 1}));
    EXPECT_THROW(vocabulary.encode("abc"), UserError);
    EXPECT_EQ(vocabulary.count_unknown("abc"), 1u);
}

TEST(Vocabulary, RefusesListsThatAreNoVocabulary) {
    EXPECT_THROW(Vocabulary::from_symbols({}), UserError);
    EXPECT_THROW(Vocabulary::from_symbols({"\uFFFD", "a", "a"}), UserError);
    EXPECT_THROW(Vocabulary::from_symbols({"\uFFFD", ""}), UserError);
    EXPECT_THROW(Vocabulary::from_symbols({"\uFFFD", "ab"}), UserError);
    EXPECT_THROW(Vocabulary::from_symbols({"\uFFFD", "\xC3"}), UserError);
    EXPECT_THROW(Vocabulary::from_symbols({"\uFFFD", "\xED\xA0\x80"}), UserError);
}

TEST(Vocabulary, RefusesInvalidUtf8WithItsOffset) {
    try {
        Vocabulary::from_text("abc\xFF");
        FAIL();
    } catch (const Utf8Error& error) {
        EXPECT_EQ(error.offset(), 3u);
    }
}

}  // namespace
}  // namespace marginscope
