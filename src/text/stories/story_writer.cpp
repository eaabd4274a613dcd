// Sentences of the built-in stories.
#include "text/stories/story_writer.h"

#include <algorithm>
#include <cctype>

#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

std::string capitalised(std::string text) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

std::string with_article(const std::string& phrase) {
    return (takes_an(phrase) ? "an " : "a ") + phrase;
}

}  // namespace

StoryWriter::StoryWriter(CounterRng rng) : rng_(rng) {
    const int names = static_cast<int>(story_names().size());
    cast_[0].name = below(names);
    cast_[1].name = (cast_[0].name + 1 + below(names - 1)) % names;
}

// The order of evaluation inside an expression is the compiler's choice, so no expression draws
// twice: stories are the same everywhere.

void StoryWriter::sentence(const std::string& body) {
    if (!text_.empty()) text_ += last_was_speech_ ? '\n' : ' ';
    text_ += capitalised(body) + ".";
    last_was_speech_ = false;
}

void StoryWriter::speech(const std::string& words, std::string_view verb, int speaker) {
    if (!text_.empty()) text_ += '\n';
    text_.append(1, '"').append(words).append("\" ").append(verb).append(1, ' ');
    text_.append(name(speaker)).append(1, '.');
    last_was_speech_ = true;
    last_person_ = speaker;
}

void StoryWriter::ask(const std::string& question, int speaker) {
    speech(question + "?", "asked", speaker);
}

void StoryWriter::say(const std::string& words, int speaker) {
    speech(words.ends_with('!') ? words : words + ",", "said", speaker);
}

std::string_view StoryWriter::pick(std::span<const std::string_view> list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
}

std::string StoryWriter::name(int person) const {
    return std::string(story_names()[static_cast<std::size_t>(cast_[person].name)].text);
}

bool StoryWriter::is_girl(int person) const {
    return story_names()[static_cast<std::size_t>(cast_[person].name)].girl;
}

std::string StoryWriter::subject(int person) {
    if (last_person_ == person && chance(70)) return is_girl(person) ? "she" : "he";
    last_person_ = person;
    return name(person);
}

std::string StoryWriter::both() {
    if (last_person_ == kBoth && chance(60)) return "they";
    last_person_ = kBoth;
    return name(0) + " and " + name(1);
}

std::string StoryWriter::a_person(int person) {
    const std::string kind = is_girl(person) ? "girl" : "boy";
    return with_article(std::string(pick(story_person_adjectives())) + " " + kind);
}

std::string StoryWriter::a_thing(const Thing& thing) const {
    const auto& noun = story_things()[static_cast<std::size_t>(thing.noun)];
    std::string phrase(thing.count > 1 ? noun.many : noun.one);
    if (thing.adjective >= 0)
        phrase = std::string(story_thing_adjectives()[static_cast<std::size_t>(thing.adjective)]) +
                 " " + phrase;
    return thing.count > 1 ? std::to_string(thing.count) + " " + phrase : with_article(phrase);
}

std::string StoryWriter::the_thing(int index) {
    const Thing& thing = at(index);
    const auto& noun = story_things()[static_cast<std::size_t>(thing.noun)];
    std::string phrase = "the ";
    if (thing.adjective >= 0 && chance(50))
        phrase +=
            std::string(story_thing_adjectives()[static_cast<std::size_t>(thing.adjective)]) + " ";
    last_thing_ = index;
    return phrase + std::string(thing.count > 1 ? noun.many : noun.one);
}

std::string StoryWriter::it_or_thing(int thing, bool is_subject) {
    if (last_thing_ != thing || chance(30)) return the_thing(thing);
    return !is_many(thing) ? "it" : is_subject ? "they" : "them";
}

std::string StoryWriter::animals_phrase(int person) {
    auto& animals = cast_[person].animals;
    const auto all = story_animals();
    const auto has = [&](int kind) {
        return std::any_of(animals.begin(), animals.end(),
                           [&](const Animals& own) { return own.kind == kind; });
    };
    int kind = below(static_cast<int>(all.size()));
    while (has(kind)) kind = below(static_cast<int>(all.size()));
    const int count = chance(40) ? 1 : 2 + below(7);
    animals.push_back({kind, count});
    const auto& animal = all[static_cast<std::size_t>(kind)];
    return std::to_string(count) + " " + std::string(count > 1 ? animal.many : animal.one);
}

std::string StoryWriter::how() {
    const std::string degree(pick(story_degrees()));
    return degree + " " + std::string(pick(story_predicates()));
}

std::string StoryWriter::when() {
    const bool first = !began_;
    began_ = true;
    if (first) return std::string(pick(story_opening_times())) + ", ";
    if (chance(40)) return "then ";
    // Never the same time twice in a row: two next days read like a mistake.
    std::string_view time = pick(story_later_times());
    while (time == last_time_) time = pick(story_later_times());
    last_time_ = time;
    return std::string(time) + ", ";
}

std::string StoryWriter::spot() {
    const int homes = story_home_count();
    const int spots = static_cast<int>(story_places().size()) - homes;
    return place_name(homes + below(spots));
}

int StoryWriter::new_thing(int holder, int count) {
    int noun = below(static_cast<int>(story_things().size()));
    while (!things_.empty() && things_[0].noun == noun)  // at most two things in a story
        noun = below(static_cast<int>(story_things().size()));
    const int adjectives = static_cast<int>(story_thing_adjectives().size());
    const int adjective = chance(count > 1 ? 30 : 85) ? below(adjectives) : -1;
    things_.push_back({noun, adjective, count, holder, -1});
    last_thing_ = static_cast<int>(things_.size()) - 1;
    return last_thing_;
}

std::string StoryWriter::place_name(int place) {
    return std::string(story_places()[static_cast<std::size_t>(place)]);
}

int StoryWriter::settle(int person) { return cast_[person].home = below(story_home_count()); }

void StoryWriter::introduce(int person) {
    last_person_ = person;
    const int form = below(3);
    if (form == 0) {
        sentence("once there was " + a_person(person) + " named " + name(person));
        return;
    }
    const std::string aside = form == 1 ? " (" + a_person(person) + ")" : "";
    const std::string home = place_name(settle(person));
    sentence(name(person) + aside + " lived " + home);
}

void StoryWriter::introduce_with_animals(int person) {
    last_person_ = person;
    const std::string aside = chance(30) ? " (" + a_person(person) + ")" : "";
    const std::string home = place_name(settle(person));
    sentence(name(person) + aside + " lived " + home + " with " + animals_phrase(person));
}

void StoryWriter::introduce_both() {
    last_person_ = kBoth;
    if (chance(50)) {
        sentence(name(0) + " and " + name(1) + " were friends");
        return;
    }
    cast_[1].home = settle(0);
    sentence(name(0) + " and " + name(1) + " lived " + place_name(cast_[0].home));
}

void StoryWriter::introduce_friend(int person) {
    const int hero = 1 - person;
    const int form = below(3);
    if (form == 0 && last_person_ == hero) {
        const std::string home = place_name(settle(person));
        sentence(std::string(is_girl(hero) ? "her" : "his") + " friend " + name(person) +
                 " lived " + home);
    } else if (form == 1) {
        sentence(subject(hero) + " had a friend named " + name(person));
    } else {
        const std::string time = when();
        const std::string who = subject(hero);
        const std::string whom = a_person(person);
        sentence(time + who + " met " + whom + " named " + name(person) + " " + spot());
    }
    last_person_ = person;
    last_thing_ = -1;  // no "it" across an introduction
}

void StoryWriter::more_animals(int person) {
    const std::string who = subject(person);
    const std::string had = cast_[person].animals.empty() ? " had " : " also had ";
    const std::string first = animals_phrase(person);
    std::string body = capitalised(who) + had + first;
    if (chance(60)) body.append(" [and ").append(animals_phrase(person)).append("]");
    sentence(body.insert(0, 1, '(') + " at home");
    text_ += ")";
}

}  // namespace marginscope
