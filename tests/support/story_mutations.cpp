// Single-rule mutations of valid stories.
#include "support/story_mutations.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <vector>

#include "text/stories/story_lexicon.h"

namespace marginscope::test {
namespace {

using std::string;
using std::string_view;

// Replaces text[offset, offset + length) by `with`.
struct Edit {
    std::size_t offset;
    std::size_t length;
    string with;
};
using Edits = std::vector<Edit>;

struct Piece {  // a word or a number
    std::size_t offset;
    string text;
    std::size_t end() const { return offset + text.size(); }
};

std::vector<Piece> pieces_of(string_view story) {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < story.size();) {
        std::size_t k = i;
        while (k < story.size() && std::isalnum(static_cast<unsigned char>(story[k]))) ++k;
        if (k > i) pieces.push_back({i, string(story.substr(i, k - i))});
        i = std::max(k, i + 1);
    }
    return pieces;
}

bool contains(string_view story, string_view part) { return story.find(part) != string_view::npos; }

bool before_is(string_view story, std::size_t offset, string_view part) {
    return offset >= part.size() && story.substr(offset - part.size(), part.size()) == part;
}

bool after_is(string_view story, std::size_t offset, string_view part) {
    return story.substr(offset, part.size()) == part;
}

template <typename List>
const auto& any_of_list(const List& list, std::mt19937_64& random) {
    return list[random() % list.size()];
}

const StoryName* as_name(string_view word) {
    for (const auto& name : story_names())
        if (name.text == word) return &name;
    return nullptr;
}

Edits vocabulary(string_view story, std::mt19937_64& random) {
    Edits edits;
    for (const Piece& piece : pieces_of(story)) {
        if (piece.text.size() < 4) continue;
        string word = piece.text;
        word[1 + random() % (word.size() - 1)] = 'z';
        edits.push_back({piece.offset, piece.text.size(), word});
    }
    return edits;
}

Edits structure(string_view story, std::mt19937_64& random) {
    Edits edits;
    const auto pieces = pieces_of(story);
    const auto is_low = [&](const Piece& piece) { return piece.text[0] >= 'a'; };
    const auto kind = random() % 5;
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        const Piece& a = pieces[i];
        const Piece& b = pieces[i + 1];
        const bool adjacent = after_is(story, a.end(), " ") && b.offset == a.end() + 1;
        if (kind == 0 && is_low(a))
            edits.push_back({a.offset, a.text.size(), a.text + " " + a.text});
        if (kind == 1 && adjacent && is_low(a) && is_low(b))
            edits.push_back({a.offset, b.end() - a.offset, b.text + " " + a.text});
        if (kind == 2 && adjacent) edits.push_back({a.end(), 1, random() % 2 ? "  " : "\n"});
    }
    for (std::size_t i = 0; i < story.size(); ++i) {
        if (kind == 3 && story[i] == '.') edits.push_back({i, 1, ""});
        if (kind == 4 && story[i] == '\n') edits.push_back({i, 1, random() % 2 ? "" : " "});
    }
    return edits;
}

Edits capital(string_view story, std::mt19937_64&) {
    Edits edits;
    for (const Piece& piece : pieces_of(story))
        if (std::isalpha(static_cast<unsigned char>(piece.text[0])))
            edits.push_back({piece.offset, 1, string(1, static_cast<char>(piece.text[0] ^ 0x20))});
    return edits;
}

Edits name(string_view story, std::mt19937_64& random) {
    Edits edits;
    std::set<string> seen;
    for (const Piece& piece : pieces_of(story)) {
        const StoryName* old = as_name(piece.text);
        if (!old || seen.insert(piece.text).second) continue;
        for (;;) {
            const StoryName& other = any_of_list(story_names(), random);
            if (other.girl != old->girl || contains(story, other.text)) continue;
            edits.push_back({piece.offset, piece.text.size(), string(other.text)});
            break;
        }
    }
    return edits;
}

Edits pronoun(string_view story, std::mt19937_64& random) {
    static const string_view pairs[][2] = {
        {"she", "he"}, {"She", "He"}, {"her", "his"}, {"Her", "His"}, {"girl", "boy"}};
    Edits edits;
    for (const Piece& piece : pieces_of(story)) {
        for (const auto& pair : pairs)
            for (int i = 0; i < 2; ++i)
                if (piece.text == pair[i])
                    edits.push_back({piece.offset, piece.text.size(), string(pair[1 - i])});
        // "They were wet" is about things; these are about people.
        for (const auto verb : {" went", " stayed", " had", " lost", " laughed", " sang"})
            if ((piece.text == "They" || piece.text == "they") &&
                after_is(story, piece.end(), verb)) {
                const string one = random() % 2 ? "he" : "she";
                edits.push_back({piece.offset, 4, one});
                if (piece.text == "They")
                    edits.back().with[0] = static_cast<char>(edits.back().with[0] - 0x20);
            }
    }
    return edits;
}

Edits object(string_view story, std::mt19937_64& random) {
    Edits edits;
    const auto things = story_things();
    const auto adjectives = story_thing_adjectives();
    const auto is_adjective = [&](const string& word) {
        return std::find(adjectives.begin(), adjectives.end(), word) != adjectives.end();
    };
    const auto pieces = pieces_of(story);
    for (std::size_t i = 0; i + 2 < pieces.size(); ++i) {
        if (pieces[i].text != "the" && pieces[i].text != "The") continue;
        const bool adjective = is_adjective(pieces[i + 1].text);
        const Piece& noun = pieces[i + (adjective ? 2 : 1)];
        for (const auto& thing : things) {
            const bool many = noun.text == thing.many;
            if (!many && noun.text != thing.one) continue;
            const auto* other = &any_of_list(things, random);
            while (contains(story, other->one) || contains(story, other->many))
                other = &any_of_list(things, random);
            edits.push_back(
                {noun.offset, noun.text.size(), string(many ? other->many : other->one)});
            if (!adjective) continue;
            const auto* word = &any_of_list(adjectives, random);
            while (*word == pieces[i + 1].text) word = &any_of_list(adjectives, random);
            edits.push_back({pieces[i + 1].offset, pieces[i + 1].text.size(), string(*word)});
        }
    }
    return edits;
}

void move_places(string_view story, std::mt19937_64& random, Edits& edits) {
    const auto places = story_places();
    const auto homes = static_cast<std::size_t>(story_home_count());
    for (std::size_t p = 0; p < places.size(); ++p) {
        for (auto at = story.find(places[p]); at != string_view::npos;
             at = story.find(places[p], at + 1)) {
            const std::size_t end = at + places[p].size();
            const bool told = before_is(story, at, " live ") || before_is(story, at, " is ") ||
                              before_is(story, at, " are ") || before_is(story, at, "stayed ") ||
                              after_is(story, end, " again");
            if (!told) continue;
            const std::size_t from = p < homes ? 0 : homes;
            const std::size_t count = p < homes ? homes : places.size() - homes;
            const std::size_t other = from + (p - from + 1 + random() % (count - 1)) % count;
            edits.push_back({at, places[p].size(), string(places[other])});
        }
    }
}

Edits whereabouts(string_view story, std::mt19937_64& random) {
    Edits edits;
    std::vector<string> names;
    for (const Piece& piece : pieces_of(story))
        if (as_name(piece.text) && std::find(names.begin(), names.end(), piece.text) == names.end())
            names.push_back(piece.text);
    for (const Piece& piece : pieces_of(story)) {
        if (names.size() != 2 || !as_name(piece.text)) continue;
        bool holds = before_is(story, piece.offset, "stayed with ");
        for (const auto verb : {" kept the", " still had the", " has the", " hid ", " had the"})
            holds = holds || after_is(story, piece.end(), verb);
        holds = holds ||
                (before_is(story, piece.offset, "\"") && after_is(story, piece.end(), " gave"));
        if (holds)
            edits.push_back(
                {piece.offset, piece.text.size(), names[piece.text == names[0] ? 1 : 0]});
    }
    move_places(story, random, edits);
    return edits;
}

Edits article(string_view story, std::mt19937_64&) {
    Edits edits;
    for (const Piece& piece : pieces_of(story)) {
        if (piece.text == "a") edits.push_back({piece.offset, 1, "an"});
        if (piece.text == "an") edits.push_back({piece.offset, 2, "a"});
    }
    return edits;
}

Edits number(string_view story, std::mt19937_64&) {
    Edits edits;
    std::vector<std::pair<string_view, string_view>> pairs = {
        {"was", "were"}, {"is", "are"}, {"says", "say"}};
    for (const auto& thing : story_things()) pairs.emplace_back(thing.one, thing.many);
    for (const auto& animal : story_animals()) pairs.emplace_back(animal.one, animal.many);
    for (const Piece& piece : pieces_of(story)) {
        for (const auto& [one, many] : pairs) {
            if (piece.text == one) edits.push_back({piece.offset, one.size(), string(many)});
            if (piece.text == many) edits.push_back({piece.offset, many.size(), string(one)});
        }
        for (const auto verb : {"gave ", "hid ", "found "}) {
            if (!before_is(story, piece.offset, verb)) continue;
            if (piece.text == "it") edits.push_back({piece.offset, 2, "them"});
            if (piece.text == "them") edits.push_back({piece.offset, 4, "it"});
        }
    }
    return edits;
}

Edits sum(string_view story, std::mt19937_64& random) {
    Edits edits;
    const auto pieces = pieces_of(story);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const Piece& piece = pieces[i];
        if (!std::isdigit(static_cast<unsigned char>(piece.text[0]))) continue;
        const auto line = story.substr(0, piece.offset);
        const auto start = std::max(line.rfind(". ") + 1, line.rfind('\n') + 1);
        const string_view left = line.substr(std::max<std::size_t>(start, 0));
        const bool counted =
            before_is(story, piece.offset, "make ") || before_is(story, piece.offset, "I have ") ||
            before_is(story, piece.offset, "Now ") || after_is(story, piece.end(), " make") ||
            (before_is(story, piece.offset, " had ") &&
             (contains(left, "Now ") || contains(left, "Together ")));
        if (!counted) continue;
        const int old = std::stoi(piece.text);
        const int other = 2 + static_cast<int>(random() % 16);
        edits.push_back(
            {piece.offset, piece.text.size(), std::to_string(other >= old ? other + 1 : other)});
    }
    return edits;
}

Edits delimiter(string_view story, std::mt19937_64& random, string_view marks) {
    Edits edits;
    for (std::size_t i = 0; i < story.size(); ++i) {
        if (marks.find(story[i]) == string_view::npos) continue;
        edits.push_back({i, 1, ""});
        const bool bracket = marks.size() == 4;
        if (!bracket) continue;
        const auto kind = marks.find(story[i]);
        edits.push_back({i, 1, string(1, marks[(kind + 1 + random() % 3) % 4])});
    }
    return edits;
}

Edits sound(string_view story, std::mt19937_64& random) {
    Edits edits;
    for (const auto& animal : story_animals()) {
        string quoted(1, '\'');
        quoted.append(animal.sound).append(1, '\'');
        const auto at = story.find(quoted);
        if (at == string_view::npos) continue;
        const auto* other = &any_of_list(story_animals(), random);
        while (other->sound == animal.sound) other = &any_of_list(story_animals(), random);
        edits.push_back({at + 1, animal.sound.size(), string(other->sound)});
    }
    return edits;
}

Edits edits_for(string_view story, StoryRule rule, std::mt19937_64& random) {
    switch (rule) {
        case StoryRule::kVocabulary:
            return vocabulary(story, random);
        case StoryRule::kStructure:
            return structure(story, random);
        case StoryRule::kCapital:
            return capital(story, random);
        case StoryRule::kName:
            return name(story, random);
        case StoryRule::kPronoun:
            return pronoun(story, random);
        case StoryRule::kObject:
            return object(story, random);
        case StoryRule::kWhereabouts:
            return whereabouts(story, random);
        case StoryRule::kArticle:
            return article(story, random);
        case StoryRule::kNumber:
            return number(story, random);
        case StoryRule::kSum:
            return sum(story, random);
        case StoryRule::kBracket:
            return delimiter(story, random, "()[]");
        case StoryRule::kQuote:
            return delimiter(story, random, "\"'");
        case StoryRule::kSound:
            return sound(story, random);
    }
    return {};
}

}  // namespace

std::optional<StoryMutation> mutate_story(string_view story, StoryRule rule,
                                          std::mt19937_64& random) {
    const Edits edits = edits_for(story, rule, random);
    if (edits.empty()) return std::nullopt;
    const Edit& edit = edits[random() % edits.size()];
    string text(story);
    const string old = text.substr(edit.offset, edit.length);
    text.replace(edit.offset, edit.length, edit.with);
    return StoryMutation{text, edit.offset, edit.with.size(),
                         "[" + old + "] -> [" + edit.with + "]"};
}

}  // namespace marginscope::test
