// Words, numbers and marks of a story with their places, and where sentences end. Internal to the
// checker.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace marginscope {

struct StoryToken {
    enum class Kind { kWord, kNumber, kMark, kOpenQuote, kCloseQuote, kOther };
    Kind kind;
    char mark = 0;      // marks and quotes: the character itself
    std::string lower;  // words: in lower case
    std::string_view text;
    std::string_view gap;  // the white space before it
    std::size_t offset = 0;
    int number = 0;  // numbers: the value, at most 999999

    std::size_t end() const { return offset + text.size(); }
    bool is_mark(char c) const { return kind == Kind::kMark && mark == c; }
    bool is_open(char c) const { return kind == Kind::kOpenQuote && mark == c; }
    bool is_close(char c) const { return kind == Kind::kCloseQuote && mark == c; }
    bool is_word(std::string_view word) const { return kind == Kind::kWord && lower == word; }
};

// Any bytes. A run of bytes that no story uses is one token of kind kOther. A quote opens when
// white space, an opening bracket, a full stop, another opening quote or nothing stands before it,
// else it closes.
std::vector<StoryToken> tokenize_story(std::string_view text);

// Token ranges of the sentences: a sentence ends after a full stop (and what closes there) or where
// a line ends and the next does not go on in lower case or with a number.
struct StorySentence {
    std::size_t begin;
    std::size_t end;
};
std::vector<StorySentence> split_story(const std::vector<StoryToken>& tokens);

}  // namespace marginscope
