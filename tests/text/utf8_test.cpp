// UTF-8: what is decoded, what is refused and at which byte.
#include "text/utf8.h"

#include <gtest/gtest.h>

#include "text/code_points.h"

namespace marginscope {
namespace {

using testing_text::decode_utf8;
using testing_text::encode_utf8;

TEST(Utf8, DecodesEveryLength) {
    // U+0041, U+00E9, U+20AC, U+1D11E: one to four bytes.
    EXPECT_EQ(decode_utf8("A\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E"), U"A\u00E9\u20AC\U0001D11E");
    EXPECT_EQ(decode_utf8(""), U"");
    EXPECT_EQ(decode_utf8(std::string_view("a\0b", 3)), std::u32string(U"a\0b", 3));
}

TEST(Utf8, EncodesBackEveryScalarValue) {
    for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
        if (code_point == 0xD800) code_point = 0xE000;
        std::string bytes;
        append_utf8(code_point, bytes);
        const auto read = read_utf8(bytes, 0);
        ASSERT_TRUE(read) << static_cast<unsigned>(code_point);
        ASSERT_EQ(read->code_point, code_point);
        ASSERT_EQ(read->length, bytes.size());
    }
}

struct Invalid {
    const char* what;
    std::string bytes;
    std::size_t offset;
};

TEST(Utf8, RefusesInvalidBytesAndNamesTheirOffset) {
    const Invalid cases[] = {
        {"lone continuation", "ab\x80", 2},
        {"lead without continuation", "a\xC3", 1},
        {"lead before a letter",
         "\xC3"
         "a",
         0},
        {"overlong slash, two bytes", "x\xC0\xAF", 1},
        {"overlong, two bytes, C1", "\xC1\xBF", 0},
        {"overlong, three bytes", "xy\xE0\x9F\xBF", 2},
        {"overlong, four bytes", "\xF0\x8F\xBF\xBF", 0},
        {"first surrogate", "ok\xED\xA0\x80", 2},
        {"last surrogate", "\xED\xBF\xBF", 0},
        {"above U+10FFFF", "a\xF4\x90\x80\x80", 1},
        {"five byte lead", "\xF8\x88\x80\x80\x80", 0},
        {"FF", "\xC3\xA9\xFF", 2},
        {"cut after three of four", "\xF0\x9D\x84", 0},
    };
    for (const Invalid& invalid : cases) {
        EXPECT_EQ(find_invalid_utf8(invalid.bytes), invalid.offset) << invalid.what;
        try {
            decode_utf8(invalid.bytes);
            ADD_FAILURE() << invalid.what << " was accepted";
        } catch (const Utf8Error& error) {
            EXPECT_EQ(error.offset(), invalid.offset) << invalid.what;
            EXPECT_NE(std::string(error.what()).find("offset " + std::to_string(invalid.offset)),
                      std::string::npos);
        }
    }
}

TEST(Utf8, AcceptsTheBorders) {
    for (const char* bytes :
         {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_FALSE(find_invalid_utf8(bytes)) << bytes;
}

}  // namespace
}  // namespace marginscope
