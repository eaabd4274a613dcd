// Splits a text into story tokens and sentences.
#include "text/stories/story_tokens.h"

#include <algorithm>

namespace marginscope {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool is_quote(char c) { return c == '"' || c == '\''; }
bool is_mark_character(char c) {
    return std::string_view(".,?!()[]").find(c) != std::string_view::npos;
}
bool is_other(char c) {
    return !is_letter(c) && !is_digit(c) && !is_space(c) && !is_quote(c) && !is_mark_character(c);
}

template <typename Test>
std::size_t run_length(std::string_view text, Test test) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), test) -
                                    text.begin());
}

int value_of(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) value = std::min(999999, value * 10 + (digit - '0'));
    return value;
}

bool opens_quote(const std::vector<StoryToken>& before, std::string_view gap) {
    if (before.empty() || !gap.empty()) return true;
    const StoryToken& last = before.back();
    // Speech ends with a comma, so a quote right after a sentence's end begins the next speech.
    const bool after_end = last.is_mark('.') || (last.is_mark(')') && before.size() > 1 &&
                                                 before[before.size() - 2].is_mark('.'));
    return after_end || last.is_mark('(') || last.is_mark('[') ||
           last.kind == StoryToken::Kind::kOpenQuote;
}

// Belongs to what stands right before it.
bool closes(const StoryToken& token) {
    if (!token.gap.empty()) return false;
    return token.is_mark(')') || token.is_mark(']') || token.kind == StoryToken::Kind::kCloseQuote;
}

// A new line begins a sentence, unless it goes on in lower case: then the line is broken, not the
// sentence.
bool breaks_line(const StoryToken& token) {
    const auto lines = std::count(token.gap.begin(), token.gap.end(), '\n');
    const bool goes_on = token.kind == StoryToken::Kind::kNumber ||
                         (token.kind == StoryToken::Kind::kWord && token.text[0] == token.lower[0]);
    return lines > 1 || (lines == 1 && !goes_on);
}

}  // namespace

std::vector<StoryToken> tokenize_story(std::string_view text) {
    using Kind = StoryToken::Kind;
    std::vector<StoryToken> tokens;
    std::size_t at = 0;
    for (;;) {
        const std::size_t spaces = run_length(text.substr(at), is_space);
        const std::string_view gap = text.substr(at, spaces);
        at += spaces;
        if (at == text.size()) return tokens;
        const std::string_view rest = text.substr(at);
        StoryToken token{};
        token.gap = gap;
        token.offset = at;
        const char first = rest[0];
        std::size_t length = 1;
        if (is_letter(first)) {
            token.kind = Kind::kWord;
            length = run_length(rest, is_letter);
            token.lower = rest.substr(0, length);
            for (char& c : token.lower)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        } else if (is_digit(first)) {
            token.kind = Kind::kNumber;
            length = run_length(rest, is_digit);
            token.number = value_of(rest.substr(0, length));
        } else if (is_quote(first)) {
            token.kind = opens_quote(tokens, gap) ? Kind::kOpenQuote : Kind::kCloseQuote;
            token.mark = first;
        } else if (is_mark_character(first)) {
            token.kind = Kind::kMark;
            token.mark = first;
        } else {
            token.kind = Kind::kOther;
            length = run_length(rest, is_other);
        }
        token.text = rest.substr(0, length);
        at += length;
        tokens.push_back(std::move(token));
    }
}

std::vector<StorySentence> split_story(const std::vector<StoryToken>& tokens) {
    std::vector<StorySentence> sentences;
    std::size_t begin = 0;
    bool stopped =
        false;  // a full stop, and nothing but closers since: "... thought.)" ends at the bracket
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        stopped = tokens[i].is_mark('.') || (stopped && closes(tokens[i]));
        const bool last = i + 1 == tokens.size();
        if (last || breaks_line(tokens[i + 1]) || (stopped && !closes(tokens[i + 1]))) {
            sentences.push_back({begin, i + 1});
            begin = i + 1;
            stopped = false;
        }
    }
    return sentences;
}

}  // namespace marginscope
