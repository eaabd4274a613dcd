// Tokens, people, places and animals of one sentence; things and facts are in
// story_reader_things.cpp.
#include "text/stories/story_reader.h"

#include <algorithm>

#include "text/stories/story_lexicon.h"

namespace marginscope {

bool StoryReader::fail() {
    farthest_ = std::max(farthest_, at_);
    return false;
}

bool StoryReader::back(std::size_t at, std::size_t violations) {
    at_ = at;
    violations_.resize(violations);
    return false;
}

void StoryReader::violate(StoryRule rule, std::size_t first, std::size_t last,
                          std::string sentence) {
    const std::size_t offset = tokens_[first].offset;
    violations_.push_back({rule, offset, tokens_[last].end() - offset, std::move(sentence)});
}

bool StoryReader::word(std::string_view word) {
    if (finished() || !tokens_[at_].is_word(word)) return fail();
    ++at_;
    return true;
}

bool StoryReader::mark(char mark) {
    if (finished() || !tokens_[at_].is_mark(mark)) return fail();
    ++at_;
    return true;
}

bool StoryReader::open(char quote) {
    if (finished() || !tokens_[at_].is_open(quote)) return fail();
    ++at_;
    return true;
}

bool StoryReader::close(char quote) {
    if (finished() || !tokens_[at_].is_close(quote)) return fail();
    ++at_;
    return true;
}

bool StoryReader::number(int& value) {
    if (finished() || tokens_[at_].kind != StoryToken::Kind::kNumber) return fail();
    value = tokens_[at_++].number;
    return true;
}

bool StoryReader::phrase(std::string_view words) {
    const std::size_t start = at_;
    while (!words.empty()) {
        const auto space = words.find(' ');
        const std::string_view piece = words.substr(0, space);
        const bool is_mark = std::string_view(".,?!").find(piece[0]) != std::string_view::npos;
        // In "a long time" the article is read as one, so that "an long time" is an article's
        // fault.
        const bool fits = is_mark ? mark(piece[0]) : piece == "a" ? article() : word(piece);
        if (!fits) {
            at_ = start;
            return false;
        }
        words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
    }
    return true;
}

bool StoryReader::one_of(std::span<const std::string_view> phrases, int& index) {
    for (std::size_t i = 0; i < phrases.size(); ++i) {
        if (phrase(phrases[i])) {
            index = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

bool StoryReader::one_of(std::span<const std::string_view> phrases) {
    int index = 0;
    return one_of(phrases, index);
}

bool StoryReader::said(std::string_view verb, int& person) {
    const StoryToken* before = at_ > 0 ? &tokens_[at_ - 1] : nullptr;
    const bool asks = before && (before->is_mark('?') || before->is_mark('!'));
    return (asks || mark(',')) && close('"') && word(verb) && name(person) && mark('.');
}

bool StoryReader::time() {
    const std::size_t start = at_;
    if (one_of(story_opening_times()) || one_of(story_later_times())) {
        if (mark(',')) return true;
        at_ = start;
    }
    if (word("then")) return true;
    return true;
}

bool StoryReader::name_token(int& name) {
    const auto names = story_names();
    for (std::size_t i = 0; i < names.size() && !finished(); ++i) {
        const std::string_view text = names[i].text;
        const std::string& lower = tokens_[at_].lower;
        if (lower.size() == text.size() && lower[0] == (text[0] | 0x20) &&
            std::string_view(lower).substr(1) == text.substr(1)) {
            name = static_cast<int>(i);
            ++at_;
            return true;
        }
    }
    return fail();
}

int StoryReader::adopt_person(int name) {
    StoryWorld::Person person{};
    person.name = name;
    person.adopted = true;
    change().people.push_back(person);
    return static_cast<int>(world().people.size()) - 1;
}

bool StoryReader::name(int& person) {
    int found = 0;
    if (!name_token(found)) return false;
    person = StoryWorld::kNone;
    for (std::size_t i = 0; i < world().people.size(); ++i)
        if (world().people[i].name == found) person = static_cast<int>(i);
    if (person == StoryWorld::kNone) {
        person = adopt_person(found);
        if (!world().open)
            violate(StoryRule::kName, at_ - 1, at_ - 1,
                    person_name(person) + " has not been introduced in this story");
    }
    change().referent = person;
    return true;
}

bool StoryReader::new_name(int& person) {
    int found = 0;
    if (!name_token(found)) return false;
    person = StoryWorld::kNone;
    for (std::size_t i = 0; i < world().people.size(); ++i)
        if (world().people[i].name == found) person = static_cast<int>(i);
    if (person == StoryWorld::kNone) {
        person = adopt_person(found);
    } else if (!world().people[static_cast<std::size_t>(person)].adopted) {
        violate(StoryRule::kName, at_ - 1, at_ - 1,
                person_name(person) + " has been introduced before");
    }
    change().people[static_cast<std::size_t>(person)].adopted = false;
    change().referent = person;
    return true;
}

bool StoryReader::described(bool& girl) {
    const std::size_t start = at_;
    const std::size_t before = violations_.size();
    if (!article()) return false;
    one_of(story_person_adjectives());
    girl = word("girl");
    return girl || word("boy") || back(start, before);
}

bool StoryReader::check_gender(int person, bool girl, std::size_t girl_token) {
    const auto name =
        static_cast<std::size_t>(world().people[static_cast<std::size_t>(person)].name);
    if (story_names()[name].girl != girl)
        violate(StoryRule::kPronoun, girl_token, girl_token,
                person_name(person) + " is a " + (girl ? "boy" : "girl"));
    return true;
}

bool StoryReader::pronoun(int& person) {
    const bool many = word("they");
    const bool girl = !many && word("she");
    if (!many && !girl && !word("he")) return false;
    const std::size_t token = at_ - 1;
    const int referent = world().referent;
    person = referent;
    if (referent == StoryWorld::kUnknown || (referent == StoryWorld::kNone && world().open)) {
        person = many ? StoryWorld::kBoth : StoryWorld::kUnknown;
    } else if (referent == StoryWorld::kNone) {
        person = many ? StoryWorld::kBoth : StoryWorld::kUnknown;
        violate(StoryRule::kPronoun, token, token, "nobody has been named yet");
    } else if (referent == StoryWorld::kBoth) {
        if (!many) violate(StoryRule::kPronoun, token, token, "two were named last: they");
    } else if (many) {
        violate(StoryRule::kPronoun, token, token, person_name(referent) + " alone was named last");
    } else {
        const auto name =
            static_cast<std::size_t>(world().people[static_cast<std::size_t>(referent)].name);
        if (story_names()[name].girl != girl)
            violate(StoryRule::kPronoun, token, token,
                    person_name(referent) + " was named last: " + (girl ? "he" : "she"));
    }
    return true;
}

bool StoryReader::actor(int& person) {
    if (pronoun(person)) return true;
    if (!name(person)) return false;
    if (!word("and")) return true;
    int other = 0;
    if (!name(other)) return false;
    person = StoryWorld::kBoth;
    change().referent = StoryWorld::kBoth;
    return true;
}

bool StoryReader::possessive() {
    const bool girl = word("her");
    if (!girl && !word("his")) return false;
    const int referent = world().referent;
    const std::size_t token = at_ - 1;
    if (referent >= 0) {
        const auto name =
            static_cast<std::size_t>(world().people[static_cast<std::size_t>(referent)].name);
        if (story_names()[name].girl != girl)
            violate(StoryRule::kPronoun, token, token,
                    person_name(referent) + " was named last: " + (girl ? "his" : "her"));
    } else if (referent == StoryWorld::kBoth || (referent == StoryWorld::kNone && !world().open)) {
        violate(StoryRule::kPronoun, token, token, "no one person was named last");
    }
    return true;
}

bool StoryReader::place(int& place, bool homes_only) {
    const auto all = story_places();
    return one_of(homes_only ? all.first(static_cast<std::size_t>(story_home_count())) : all,
                  place);
}

bool StoryReader::animal(int& kind, bool& many) {
    const auto all = story_animals();
    for (std::size_t i = 0; i < all.size(); ++i) {
        many = word(all[i].many);
        if (many || word(all[i].one)) {
            kind = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

bool StoryReader::animals(int person_index) {
    int count = 0;
    int kind = 0;
    bool many = false;
    if (!number(count) || !animal(kind, many)) return false;
    expect_number(count != 1, many, at_ - 1);
    if (auto* owner = person(person_index)) owner->animals.push_back({kind, count});
    return true;
}

std::string StoryReader::person_name(int index) const {
    if (index < 0) return "somebody";
    const auto name =
        static_cast<std::size_t>(world().people[static_cast<std::size_t>(index)].name);
    return std::string(story_names()[name].text);
}

}  // namespace marginscope
