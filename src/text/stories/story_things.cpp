// Finding, counting, giving and hiding things in the built-in stories.
#include <cctype>

#include "text/stories/story_lexicon.h"
#include "text/stories/story_writer.h"

namespace marginscope {
namespace {

std::string be(bool many) { return many ? "were" : "was"; }

}  // namespace

int StoryWriter::find(int person, bool several) {
    const std::string time = when();
    const std::string who = subject(person);
    const int thing = new_thing(person, several ? 2 + below(7) : 1);
    const int form = below(4);
    if (form == 0)
        sentence(time + who + " bought " + a_thing(at(thing)) + " at the market");
    else
        sentence(time + who + " found " + a_thing(at(thing)) + " " + spot());
    return thing;
}

void StoryWriter::find_more(int person, int thing) {
    const int more = 2 + below(7);
    at(thing).count += more;
    const std::string time = when();
    sentence(time + subject(person) + " found " + std::to_string(more) + " more");
    last_thing_ = thing;
}

void StoryWriter::count_now(int person, int thing) {
    const auto& noun = story_things()[static_cast<std::size_t>(at(thing).noun)];
    sentence("now " + subject(person) + " had " + std::to_string(at(thing).count) + " " +
             std::string(noun.many));
    last_thing_ = thing;
}

int StoryWriter::both_had() {
    first_count_ = 1 + below(9);
    second_count_ = 1 + below(9);
    const int thing = new_thing(kBoth, first_count_ + second_count_);
    at(thing).adjective = -1;
    const auto& noun = story_things()[static_cast<std::size_t>(at(thing).noun)];
    const auto had = [&](int person, int count) {
        return name(person) + " had " + std::to_string(count) + " " +
               std::string(count > 1 ? noun.many : noun.one);
    };
    const std::string first = had(0, first_count_);
    sentence((chance(50) ? when() : "") + first + " and " + had(1, second_count_));
    last_person_ = kBoth;
    return thing;
}

void StoryWriter::add_aloud(int person) {
    say(std::to_string(first_count_) + " and " + std::to_string(second_count_) + " make " +
            std::to_string(first_count_ + second_count_),
        person);
}

void StoryWriter::together(int thing) {
    const auto& noun = story_things()[static_cast<std::size_t>(at(thing).noun)];
    const bool pronoun = last_person_ == kBoth;
    sentence((pronoun ? "together they" : "together " + name(0) + " and " + name(1)) + " had " +
             std::to_string(at(thing).count) + " " + std::string(noun.many));
    last_person_ = kBoth;
    last_thing_ = thing;
}

void StoryWriter::lose(int index) {
    Thing& thing = at(index);
    const int gone = 1 + below(thing.count - 1);
    const std::string time = chance(50) ? "then " : "";
    const std::string who = thing.holder == kBoth ? both() : subject(thing.holder);
    sentence(time + who + " lost " + std::to_string(gone) + " of them");
    thing.count -= gone;
    sentence("now " + std::to_string(thing.count) + " " + be(thing.count > 1) + " left");
    last_thing_ = index;
}

void StoryWriter::give(int giver, int receiver, int thing) {
    const std::string time = chance(60) ? when() : "";
    const std::string who = subject(giver);
    sentence(time + who + " gave " + it_or_thing(thing, false) + " to " + name(receiver));
    at(thing).holder = receiver;
    last_person_ = receiver;
}

void StoryWriter::hide(int person, int thing) {
    const std::string time = chance(60) ? when() : "";
    const std::string who = subject(person);
    const int homes = story_home_count();
    const int spots = static_cast<int>(story_places().size()) - homes;
    at(thing).place = homes + below(spots);
    at(thing).holder = kNobody;
    sentence(time + who + " hid " + it_or_thing(thing, false) + " " + place_name(at(thing).place));
}

void StoryWriter::find_again(int person, int thing) {
    const std::string time = when();
    const std::string who = subject(person);
    sentence(time + who + " found " + it_or_thing(thing, false) + " " +
             place_name(at(thing).place) + " again");
    at(thing).holder = person;
    at(thing).place = -1;
}

void StoryWriter::describe(int thing) {
    const bool bracketed = chance(50);
    std::string what = it_or_thing(thing, true);
    if (what == "they") last_person_ = kNobody;  // so that the next "they" is not misread
    what[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(what[0])));
    const std::string body = what + " " + be(is_many(thing)) + " " + how();
    sentence(bracketed ? "(" + body : body);
    if (bracketed) text_ += ")";
}

}  // namespace marginscope
