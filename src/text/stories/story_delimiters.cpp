// Checks of brackets, quotes, capitals and spacing.
#include "text/stories/story_delimiters.h"

#include <algorithm>
#include <string>

#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

using Kind = StoryToken::Kind;

bool is_opener(const StoryToken& token) {
    return token.kind == Kind::kOpenQuote || token.is_mark('(') || token.is_mark('[');
}

bool is_closer(const StoryToken& token) {
    return token.kind == Kind::kCloseQuote || token.is_mark(')') || token.is_mark(']');
}

char opener_of(char closer) { return closer == ')' ? '(' : closer == ']' ? '[' : closer; }

StoryRule rule_of(char mark) {
    return mark == '"' || mark == '\'' ? StoryRule::kQuote : StoryRule::kBracket;
}

std::string shown(char mark) {
    return (rule_of(mark) == StoryRule::kQuote ? "quote " : "bracket ") + std::string(1, mark);
}

bool is_name(std::string_view lower) {
    for (const StoryName& name : story_names())
        if (name.text.size() == lower.size() && name.text.substr(1) == lower.substr(1) &&
            (name.text[0] | 0x20) == lower[0])
            return true;
    return false;
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

void check_delimiters(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out) {
    std::vector<const StoryToken*> open;
    std::size_t open_count[128] =
        {};  // per opener, so that a stray closer is known without a search
    const auto unclosed = [&](const StoryToken& opener, std::size_t end) {
        out.push_back({rule_of(opener.mark), opener.offset, end - opener.offset,
                       "the " + shown(opener.mark) + " is opened here and not closed"});
    };
    for (const StoryToken& token : sentence) {
        if (is_opener(token)) {
            open.push_back(&token);
            ++open_count[static_cast<unsigned char>(token.mark)];
        } else if (is_closer(token)) {
            const char opener = opener_of(token.mark);
            if (open_count[static_cast<unsigned char>(opener)] == 0) {
                const std::size_t from =
                    open.empty() ? sentence.front().offset : open.back()->offset;
                out.push_back({rule_of(token.mark), from, token.end() - from,
                               "the " + shown(token.mark) + " closes what was never opened"});
                continue;
            }
            for (bool found = false; !found;) {
                found = open.back()->mark == opener;
                if (!found) unclosed(*open.back(), token.end());
                --open_count[static_cast<unsigned char>(open.back()->mark)];
                open.pop_back();
            }
        }
    }
    for (const StoryToken* opener : open) unclosed(*opener, sentence.back().end());
}

void check_capitals(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out) {
    bool first = true;
    for (const StoryToken& token : sentence) {
        if (is_opener(token) || is_closer(token)) continue;
        if (token.kind == Kind::kWord) {
            const bool want = first || token.lower == "i" || is_name(token.lower);
            const bool rest = std::any_of(token.text.begin() + 1, token.text.end(), is_capital);
            if (is_capital(token.text[0]) != want || rest)
                out.push_back({StoryRule::kCapital, token.offset, token.text.size(),
                               rest   ? "a capital letter inside a word"
                               : want ? "a capital letter should begin this word"
                                      : "this word should not begin with a capital letter"});
        }
        first = false;
    }
}

void check_spacing(std::span<const StoryToken> sentence, std::vector<StoryViolation>& out) {
    for (std::size_t i = 1; i < sentence.size(); ++i) {
        const StoryToken& before = sentence[i - 1];
        const StoryToken& token = sentence[i];
        const bool joined = is_opener(before) || is_closer(token) ||
                            (token.kind == Kind::kMark &&
                             std::string_view(".,?!").find(token.mark) != std::string_view::npos);
        if (token.gap == (joined ? "" : " ")) continue;
        out.push_back({StoryRule::kStructure, before.end() - 1,
                       token.offset + 1 - (before.end() - 1),
                       joined ? "no space belongs here" : "one space belongs here"});
    }
}

}  // namespace marginscope
