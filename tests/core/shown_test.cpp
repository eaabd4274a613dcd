// What sentences quote: no byte of it commands a terminal, and none of it is endless.
#include "core/shown.h"

#include <gtest/gtest.h>

#include <random>

namespace marginscope {
namespace {

// Against a rule of its own: no byte below 0x20, no DEL, no C1 control in UTF-8 (C2 80 … C2 9F), no
// mark of direction or line separator.
void expect_harmless(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        EXPECT_GE(byte, 0x20) << i;
        EXPECT_NE(byte, 0x7F) << i;
        if (byte == 0xC2 && i + 1 < text.size())
            EXPECT_GE(static_cast<unsigned char>(text[i + 1]), 0xA0) << i;
    }
    for (const char* mark :
         {"\u200E", "\u200F", "\u061C", "\u2028", "\u2029", "\u202A", "\u202E", "\u2066", "\u2069"})
        EXPECT_EQ(text.find(mark), std::string::npos);
}

TEST(Shown, KeepsWhatPeopleWrite) {
    for (const char* text : {"", "plain", "Gr\u00FC\u00DFe", "\u6F22\u5B57", "\U0001F600 it's"})
        EXPECT_EQ(shown_text(text), text);
    EXPECT_EQ(shown("a b"), "'a b'");
    EXPECT_EQ(shown_path("/tmp/x"), "'/tmp/x'");
}

TEST(Shown, ReplacesWhatATerminalObeys) {
    EXPECT_EQ(shown_text("a\x1B[31mb\x07"), "a\uFFFD[31mb\uFFFD");
    EXPECT_EQ(shown_text("a\u009B31m"), "a\uFFFD31m");  // CSI as one character
    EXPECT_EQ(shown_text("a\nb\u202Ec"), "a\uFFFDb\uFFFDc");
    EXPECT_EQ(shown_text("\xC3(\xFF"), "\uFFFD(\uFFFD");
    EXPECT_EQ(shown_lines("a\tb\nc\x1B[2J\u009B1m"), "a\tb\nc\uFFFD[2J\uFFFD1m");
    EXPECT_EQ(shown_sentence("one\ntwo\x1B"), "one two\uFFFD");
}

TEST(Shown, RandomBytesComeOutHarmlessAndShort) {
    std::mt19937_64 random(8);
    for (int k = 0; k < 3000; ++k) {
        std::string bytes(random() % 600, '\0');
        const bool near_ascii = random() % 2 == 0;
        for (char& c : bytes) c = static_cast<char>(near_ascii ? random() % 0x90 : random());
        expect_harmless(shown_text(bytes));
        expect_harmless(shown(bytes));
        expect_harmless(shown_sentence(bytes));
        // Each byte becomes at most three.
        EXPECT_LE(shown(bytes).size(), 3 * kShownBytes + 5);
        EXPECT_LE(shortened(bytes, 50).size(), 3u * 50 + 3);
    }
    EXPECT_LE(shown_sentence(std::string(100'000, 'x')).size(), kSentenceBytes + 3);
}

TEST(Shown, CutsBetweenCharacters) {
    for (std::size_t length = 190; length < 210; ++length) {
        std::string text;
        for (std::size_t k = 0; k < length; ++k) text += "\u20AC";
        EXPECT_EQ(shown(text).find("\uFFFD"), std::string::npos) << length;
    }
}

}  // namespace
}  // namespace marginscope
