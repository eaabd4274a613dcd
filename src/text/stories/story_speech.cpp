// Speech, thoughts, moods and endings of the built-in stories.
#include "text/stories/story_lexicon.h"
#include "text/stories/story_writer.h"

namespace marginscope {

void StoryWriter::think(int person, int thing) {
    const std::string want(pick(story_thoughts()));
    const std::string what = the_thing(thing);
    sentence("(\"I " + want + " " + what + ",\" " + subject(person) + " thought");
    text_ += ")";
}

void StoryWriter::claim(int person, int thing) {
    std::string words = the_thing(thing);
    words[0] = 'T';
    const std::string is = is_many(thing) ? "are" : "is";
    words.append(is_many(thing) ? " (they " : " (it ").append(is).append(" ");
    say(words + how() + ") " + is + " mine", person);
}

void StoryWriter::ask_where(int asker, int answerer, int thing) {
    const bool many = is_many(thing);
    ask((many ? "Where are " : "Where is ") + the_thing(thing), asker);
    say((many ? "They are " : "It is ") + place_name(at(thing).place), answerer);
}

void StoryWriter::ask_who(int asker, int answerer, int thing) {
    ask("Who has " + the_thing(thing), asker);
    const int holder = at(thing).holder;
    const std::string who = holder == answerer ? "I have " : name(holder) + " has ";
    say(who + the_thing(thing), answerer);
}

void StoryWriter::recall_giver(int speaker, int giver, int thing) {
    say(name(giver) + " gave " + the_thing(thing) + " to me", speaker);
}

void StoryWriter::ask_home(int asker, int answerer) {
    ask("Where do you live", asker);
    say("I live " + place_name(cast_[answerer].home), answerer);
}

void StoryWriter::ask_count(int asker, int answerer, int thing) {
    const auto& noun = story_things()[static_cast<std::size_t>(at(thing).noun)];
    ask("How many " + std::string(noun.many) + " do you have", asker);
    const int count = at(thing).count;
    say("I have " + std::to_string(count) + " " + std::string(count > 1 ? noun.many : noun.one),
        answerer);
    last_thing_ = thing;
}

void StoryWriter::thank(int speaker, int other) { say("Thank you, " + name(other) + "!", speaker); }

void StoryWriter::animals_say(int person) {
    const auto& animals = cast_[person].animals;
    const auto& chosen = animals[static_cast<std::size_t>(below(static_cast<int>(animals.size())))];
    const auto& animal = story_animals()[static_cast<std::size_t>(chosen.kind)];
    const bool many = chosen.count > 1;
    const std::string end = chance(50) ? " at night" : " to me";
    say("My " + std::string(many ? animal.many : animal.one) + (many ? " say '" : " says '") +
            std::string(animal.sound) + "'" + end,
        person);
}

void StoryWriter::quote_other(int speaker, int other) {
    say(name(other) + " said '" + std::string(pick(story_greetings())) + "' to me", speaker);
}

void StoryWriter::mood(int person) {
    const std::string who = subject(person);
    sentence(who + " " +
             (chance(50) ? std::string(pick(story_deeds()))
                         : "was " + std::string(pick(story_feelings()))));
}

void StoryWriter::mood_of_both() {
    const std::string who = both();
    told_feelings_ = chance(50);
    sentence(who + " " +
             (told_feelings_ ? "were " + std::string(pick(story_feelings()))
                             : std::string(pick(story_deeds()))));
}

void StoryWriter::end_with(int index) {
    const Thing& thing = at(index);
    const int form = thing.holder == kNobody ? 0 : below(3);
    if (form == 0) {
        const std::string what = the_thing(index);
        const std::string where =
            thing.holder == kNobody ? place_name(thing.place) : "with " + name(thing.holder);
        sentence("so " + what + " stayed " + where);
        if (thing.holder != kNobody) last_person_ = thing.holder;
        return;
    }
    const std::string who = subject(thing.holder);
    sentence(form == 1 ? "in the end, " + who + " kept " + the_thing(index)
                       : "at night, " + who + " still had " + the_thing(index));
}

void StoryWriter::end_with_each(int first, int second) {
    const std::string one = the_thing(first);
    const std::string other = the_thing(second);
    sentence("in the end, " + name(at(first).holder) + " had " + one + " and " +
             name(at(second).holder) + " had " + other);
    last_person_ = kBoth;
}

void StoryWriter::end_together() {
    const std::string who = both();
    const int form = below(told_feelings_ ? 2 : 3);
    if (form == 0)
        sentence(who + " went home together");
    else if (form == 1)
        sentence(who + " stayed friends for a long time");
    else
        sentence("in the end, " + who + " were " + std::string(pick(story_feelings())));
}

}  // namespace marginscope
