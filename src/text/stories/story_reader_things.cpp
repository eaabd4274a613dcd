// Things, their articles and numbers, and the facts about them in one sentence.
#include "text/stories/story_lexicon.h"
#include "text/stories/story_reader.h"

namespace marginscope {

bool StoryReader::article() {
    const bool an = word("an");
    if (!an && !word("a")) return false;
    if (finished() || tokens_[at_].kind != StoryToken::Kind::kWord) return fail();
    const std::string& next = tokens_[at_].lower;
    if (takes_an(next) != an)
        violate(
            StoryRule::kArticle, at_ - 1, at_ - 1,
            std::string(an ? "\"a\"" : "\"an\"") + " goes before \"" + next.substr(0, 24) + "\"");
    return true;
}

bool StoryReader::noun(int& noun, bool& many) {
    const auto all = story_things();
    for (std::size_t i = 0; i < all.size(); ++i) {
        many = word(all[i].many);
        if (many || word(all[i].one)) {
            noun = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

bool StoryReader::agree(bool many, std::string_view one, std::string_view several) {
    const bool has_several = word(several);
    if (!has_several && !word(one)) return false;
    if (has_several != many)
        violate(StoryRule::kNumber, at_ - 1, at_ - 1,
                std::string(many ? "several: \"" : "only one: \"") +
                    std::string(many ? several : one) + "\"");
    return true;
}

void StoryReader::expect_number(bool many, bool noun_is_many, std::size_t noun_token) {
    if (many == noun_is_many) return;
    violate(StoryRule::kNumber, noun_token, noun_token,
            many ? "more than one: the plural belongs here" : "one: the singular belongs here");
}

int StoryReader::find_thing(int noun) const {
    const auto& things = world().things;
    for (std::size_t i = things.size(); i-- > 0;)
        if (things[i].noun == noun) return static_cast<int>(i);
    return StoryWorld::kNone;
}

bool StoryReader::new_thing(int& index) {
    const std::size_t start = at_;
    const std::size_t before = violations_.size();
    int count = 1;
    if (!article() && !number(count)) return false;
    int adjective = StoryWorld::kNone;
    one_of(story_thing_adjectives(), adjective);
    int kind = 0;
    bool many = false;
    if (!noun(kind, many)) return back(start, before);
    expect_number(count != 1, many, at_ - 1);
    StoryWorld::Thing thing{};
    thing.noun = kind;
    thing.adjective = adjective;
    thing.count = count;
    change().things.push_back(thing);
    index = static_cast<int>(world().things.size()) - 1;
    change().last_thing = index;
    return true;
}

bool StoryReader::the_thing(int& index) {
    const std::size_t start = at_;
    if (!word("the")) return false;
    int adjective = StoryWorld::kNone;
    const std::size_t adjective_token = at_;
    one_of(story_thing_adjectives(), adjective);
    int kind = 0;
    bool many = false;
    if (!noun(kind, many)) return back(start, violations_.size());
    index = find_thing(kind);
    if (index == StoryWorld::kNone) {
        StoryWorld::Thing unseen{};
        unseen.noun = kind;
        unseen.place = StoryWorld::kUnknown;
        change().things.push_back(unseen);
        index = static_cast<int>(world().things.size()) - 1;
        if (!world().open)
            violate(StoryRule::kObject, at_ - 1, at_ - 1,
                    "no " + std::string(story_things()[static_cast<std::size_t>(kind)].one) +
                        " has been mentioned in this story");
    }
    read_several_ = many;
    StoryWorld::Thing& found = *thing(index);
    if (found.count > 0) expect_number(found.count != 1, many, at_ - 1);
    if (adjective != StoryWorld::kNone) {
        if (found.adjective == StoryWorld::kUnknown) found.adjective = adjective;
        if (found.adjective != adjective)
            violate(StoryRule::kObject, adjective_token, adjective_token,
                    thing_name(index) + (is_several(index) ? " were" : " was") +
                        " not called so before");
    }
    change().last_thing = index;
    return true;
}

bool StoryReader::object(int& index, bool is_subject) {
    if (the_thing(index)) return true;
    const bool many = word(is_subject ? "they" : "them");
    if (!many && !word("it")) return false;
    const std::size_t token = at_ - 1;
    read_several_ = many;
    index = world().last_thing;
    if (index == StoryWorld::kNone && !world().open)
        violate(StoryRule::kObject, token, token, "nothing has been mentioned that this could be");
    if (index >= 0) {
        const int count = world().things[static_cast<std::size_t>(index)].count;
        if (count > 0 && (count != 1) != many)
            violate(StoryRule::kNumber, token, token,
                    thing_name(index) + (many ? " is one" : " are several"));
    }
    return true;
}

void StoryReader::expect_holder(int index, int who, std::size_t from) {
    if (index < 0 || who == StoryWorld::kUnknown) return;
    const int holder = world().things[static_cast<std::size_t>(index)].holder;
    if (holder == StoryWorld::kUnknown || holder == StoryWorld::kBoth || holder == who) return;
    if (who >= 0 && world().people[static_cast<std::size_t>(who)].adopted) return;
    const std::string owner =
        holder == StoryWorld::kNone ? "hidden" : "with " + person_name(holder);
    violate(StoryRule::kWhereabouts, from, at_ - 1,
            thing_name(index) + (is_several(index) ? " are " : " is ") + owner);
}

void StoryReader::expect_place(int index, int place, std::size_t from) {
    if (index < 0) return;
    const StoryWorld::Thing& hidden = world().things[static_cast<std::size_t>(index)];
    const bool unknown =
        hidden.place == StoryWorld::kUnknown ||
        (hidden.place == StoryWorld::kNone && hidden.holder == StoryWorld::kUnknown);
    if (unknown || hidden.place == place) return;
    const std::string where =
        hidden.place < 0 ? "not hidden"
                         : std::string(story_places()[static_cast<std::size_t>(hidden.place)]);
    violate(StoryRule::kWhereabouts, from, at_ - 1,
            thing_name(index) + (is_several(index) ? " are " : " is ") + where);
}

bool StoryReader::is_several(int index) const {
    const int count = index < 0 ? 0 : world().things[static_cast<std::size_t>(index)].count;
    return count > 0 ? count != 1 : read_several_;
}

void StoryReader::expect_count(int index, int count, std::size_t number_token) {
    if (index < 0) return;
    StoryWorld::Thing& counted = *thing(index);
    if (counted.count > 0 && counted.count != count)
        violate(StoryRule::kSum, number_token, number_token,
                "it should be " + std::to_string(counted.count));
    if (counted.count <= 0) counted.count = count;
}

std::string StoryReader::thing_name(int index) const {
    if (index < 0) return "it";
    const StoryWorld::Thing& thing = world().things[static_cast<std::size_t>(index)];
    const auto& noun = story_things()[static_cast<std::size_t>(thing.noun)];
    return "the " + std::string(thing.count > 1 ? noun.many : noun.one);
}

}  // namespace marginscope
