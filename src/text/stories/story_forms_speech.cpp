// Lines of speech in the stories, each written as one reading function.
#include "text/stories/story_forms.h"
#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

constexpr int kNone = StoryWorld::kNone;
constexpr int kUnknown = StoryWorld::kUnknown;

// "The kite (it is still wet) is mine," said Mia.
bool claimed(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int pronoun = 0;
    if (!r.open('"') || !r.the_thing(thing)) return false;
    const std::size_t from = r.at() - 1;
    if (!r.mark('(') || !r.object(pronoun, true) || !r.agree(r.is_several(thing), "is", "are") ||
        !r.one_of(story_degrees()) || !r.one_of(story_predicates()) || !r.mark(')'))
        return false;
    if (!r.agree(r.is_several(thing), "is", "are") || !r.word("mine") || !r.said("said", who))
        return false;
    r.expect_holder(thing, who, from);
    return true;
}

// "Where is the kite?" asked Leo.
bool asked_where(StoryReader& r) {
    int who = 0;
    int thing = 0;
    if (!r.open('"') || !r.word("where")) return false;
    const std::size_t verb = r.at();
    const bool are = r.word("are");
    if ((!are && !r.word("is")) || !r.the_thing(thing)) return false;
    // The verb stands before its subject, so it is judged when the subject is known.
    if (are != r.is_several(thing))
        r.violate(StoryRule::kNumber, verb, verb, are ? "only one: \"is\"" : "several: \"are\"");
    return r.mark('?') && r.said("asked", who);
}

// "It is under the bridge," said Mia.
bool told_where(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int place = 0;
    if (!r.open('"') || !r.object(thing, true) || !r.agree(r.is_several(thing), "is", "are"))
        return false;
    const std::size_t from = r.at();
    if (!r.place(place)) return false;
    r.expect_place(thing, place, from);
    return r.said("said", who);
}

// "Who has the kite?" asked Mia.
bool asked_who(StoryReader& r) {
    int who = 0;
    int thing = 0;
    return r.open('"') && r.phrase("who has") && r.the_thing(thing) && r.mark('?') &&
           r.said("asked", who);
}

// "Leo has the kite," said Mia.   "I have the kite," said Leo.
bool told_who(StoryReader& r) {
    int holder = kNone;
    int who = 0;
    int thing = 0;
    if (!r.open('"')) return false;
    const std::size_t from = r.at();
    const bool self = r.phrase("i have");
    if (!self && (!r.name(holder) || !r.word("has"))) return false;
    if (!r.the_thing(thing) || !r.said("said", who)) return false;
    r.expect_holder(thing, self ? who : holder, from);
    return true;
}

// "Mia gave the kite to me," said Leo.
bool told_giver(StoryReader& r) {
    int giver = 0;
    int who = 0;
    int thing = 0;
    if (!r.open('"')) return false;
    const std::size_t from = r.at();
    if (!r.name(giver) || !r.word("gave") || !r.the_thing(thing) || !r.phrase("to me") ||
        !r.said("said", who))
        return false;
    r.expect_holder(thing, who, from);
    const auto* given = r.thing(thing);
    const bool known = given && given->giver >= 0 && !r.person(given->giver)->adopted;
    if (known && !r.person(giver)->adopted && given->giver != giver)
        r.violate(StoryRule::kWhereabouts, from, r.at() - 1,
                  r.person_name(given->giver) + " gave " + r.thing_name(thing));
    return true;
}

// "Where do you live?" asked Leo.
bool asked_home(StoryReader& r) {
    int who = 0;
    return r.open('"') && r.phrase("where do you live ?") && r.said("asked", who);
}

// "I live by the lake," said Mia.
bool told_home(StoryReader& r) {
    int who = 0;
    int home = 0;
    if (!r.open('"') || !r.phrase("i live")) return false;
    const std::size_t from = r.at();
    if (!r.place(home, true) || !r.said("said", who)) return false;
    auto* speaker = r.person(who);
    if (speaker->home != kUnknown && speaker->home != home)
        r.violate(StoryRule::kWhereabouts, from, r.at() - 1,
                  r.person_name(who) + " lives " +
                      std::string(story_places()[static_cast<std::size_t>(speaker->home)]));
    speaker->home = home;
    return true;
}

// "How many shells do you have?" asked Leo.
bool asked_count(StoryReader& r) {
    int who = 0;
    int noun = 0;
    bool many = false;
    if (!r.open('"') || !r.phrase("how many") || !r.noun(noun, many)) return false;
    const std::size_t token = r.at() - 1;
    r.expect_number(true, many, token);
    if (r.find_thing(noun) == kNone && !r.world().open)
        r.violate(StoryRule::kObject, token, token, "these have not been mentioned before");
    r.change().last_thing = r.find_thing(noun) == kNone ? kUnknown : r.find_thing(noun);
    return r.phrase("do you have ?") && r.said("asked", who);
}

// "I have 5 shells," said Mia.
bool told_count(StoryReader& r) {
    int who = 0;
    int count = 0;
    int noun = 0;
    bool many = false;
    if (!r.open('"')) return false;
    const std::size_t from = r.at();
    if (!r.phrase("i have") || !r.number(count) || !r.noun(noun, many)) return false;
    const std::size_t token = r.at() - 1;
    r.expect_number(count != 1, many, token);
    const int thing = r.find_thing(noun);
    if (thing == kNone && !r.world().open)
        r.violate(StoryRule::kObject, token, token, "these have not been mentioned before");
    r.expect_count(thing, count, token - 1);
    r.change().last_thing = thing == kNone ? kUnknown : thing;
    if (!r.said("said", who)) return false;
    r.expect_holder(thing, who, from);
    return true;
}

// "2 and 3 make 5," said Mia.
bool added(StoryReader& r) {
    int who = 0;
    int first = 0;
    int second = 0;
    int sum = 0;
    if (!r.open('"')) return false;
    const std::size_t from = r.at();
    if (!r.number(first) || !r.word("and") || !r.number(second) || !r.word("make") ||
        !r.number(sum))
        return false;
    if (first + second != sum)
        r.violate(StoryRule::kSum, from, r.at() - 1, "they make " + std::to_string(first + second));
    return r.said("said", who);
}

// "Thank you, Mia!" said Leo.
bool thanked(StoryReader& r) {
    int who = 0;
    int other = 0;
    if (!r.open('"') || !r.phrase("thank you ,") || !r.name(other)) return false;
    const std::size_t token = r.at() - 1;
    if (!r.mark('!') || !r.said("said", who)) return false;
    if (who == other) r.violate(StoryRule::kName, token, token, "nobody thanks themselves");
    return true;
}

// What an animal says; a wrong voice is recorded.
bool sound_of(StoryReader& r, const StoryAnimal& animal) {
    for (const StoryAnimal& other : story_animals()) {
        if (!r.word(other.sound)) continue;
        if (other.sound != animal.sound)
            r.violate(StoryRule::kSound, r.at() - 1, r.at() - 1,
                      std::string(animal.many) + " say '" + std::string(animal.sound) + "'");
        return true;
    }
    return false;
}

// "My cats say 'meow' at night," said Mia.
bool animals_said(StoryReader& r) {
    int who = 0;
    int kind = 0;
    bool many = false;
    if (!r.open('"') || !r.word("my") || !r.animal(kind, many)) return false;
    const std::size_t animal_token = r.at() - 1;
    const bool say = r.word("say");
    if ((!say && !r.word("says")) || !r.open('\'') ||
        !sound_of(r, story_animals()[static_cast<std::size_t>(kind)]) || !r.close('\'') ||
        (!r.phrase("at night") && !r.phrase("to me")) || !r.said("said", who))
        return false;
    // The owner is named last and decides whether there are several.
    const auto& owner = r.world().people[static_cast<std::size_t>(who)];
    int count = 0;
    for (const auto& own : owner.animals)
        if (own.kind == kind) count = own.count;
    if (count == 0 && !owner.adopted && !r.world().open)
        r.violate(StoryRule::kObject, animal_token, animal_token,
                  r.person_name(who) + " has no such animal");
    const bool several = count > 0 ? count != 1 : many;
    r.expect_number(several, many, animal_token);
    if (say != several)
        r.violate(StoryRule::kNumber, animal_token + 1, animal_token + 1,
                  say ? "only one: \"says\"" : "several: \"say\"");
    return true;
}

// "Leo said 'good night' to me," said Mia.
bool quoted(StoryReader& r) {
    int who = 0;
    int other = 0;
    if (!r.open('"') || !r.name(other)) return false;
    const std::size_t token = r.at() - 1;
    if (!r.word("said") || !r.open('\'') || !r.one_of(story_greetings()) || !r.close('\'') ||
        !r.phrase("to me") || !r.said("said", who))
        return false;
    if (who == other) r.violate(StoryRule::kName, token, token, "nobody talks to themselves");
    return true;
}

constexpr StoryForm kForms[] = {claimed,    asked_where, told_where,   asked_who,   told_who,
                                told_giver, asked_home,  told_home,    asked_count, told_count,
                                added,      thanked,     animals_said, quoted};

}  // namespace

std::span<const StoryForm> story_speech_forms() { return kForms; }

}  // namespace marginscope
