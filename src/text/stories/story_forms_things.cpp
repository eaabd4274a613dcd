// Plain sentences about things, each written as one reading function.
#include "text/stories/story_forms.h"
#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

constexpr int kBoth = StoryWorld::kBoth;
constexpr int kNone = StoryWorld::kNone;
constexpr int kUnknown = StoryWorld::kUnknown;

// "One morning, she found a red kite by the river." "... bought ... at the market."
bool found(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int place = 0;
    r.time();
    if (!r.actor(who) || !(r.word("found") || r.word("bought")) || !r.new_thing(thing) ||
        !r.place(place))
        return false;
    r.thing(thing)->holder = who;
    return r.mark('.');
}

// "Then he found 2 more."
bool found_more(StoryReader& r) {
    int who = 0;
    int count = 0;
    r.time();
    if (!r.actor(who) || !r.word("found") || !r.number(count) || !r.word("more")) return false;
    const int thing = r.world().last_thing;
    if (thing == kNone && !r.world().open)
        r.violate(StoryRule::kObject, r.at() - 1, r.at() - 1,
                  "more of what? nothing was mentioned");
    if (auto* found = r.thing(thing)) found->count = found->count > 0 ? found->count + count : 0;
    return r.mark('.');
}

// "Now Mia had 5 shells." "Together they had 5 shells."
bool now_had(StoryReader& r) {
    int who = 0;
    int count = 0;
    int noun = 0;
    bool many = false;
    if (!r.word("now") && !r.word("together")) return false;
    const std::size_t from = r.at();
    if (!r.actor(who) || !r.word("had") || !r.number(count)) return false;
    const std::size_t token = r.at() - 1;
    if (!r.noun(noun, many)) return false;
    r.expect_number(count != 1, many, r.at() - 1);
    const int thing = r.find_thing(noun);
    if (thing == kNone && !r.world().open)
        r.violate(StoryRule::kObject, r.at() - 1, r.at() - 1,
                  "these have not been mentioned before");
    r.expect_count(thing, count, token);
    r.expect_holder(thing, who, from);
    r.change().last_thing = thing == kNone ? kUnknown : thing;
    return r.mark('.');
}

// "Mia had 2 plums and Leo had 3 plums."
bool both_had(StoryReader& r) {
    int who = 0;
    int count[2] = {0, 0};
    int noun[2] = {0, 0};
    bool many = false;
    r.time();
    for (int i = 0; i < 2; ++i) {
        if (i == 1 && !r.word("and")) return false;
        if (!r.name(who) || !r.word("had") || !r.number(count[i]) || !r.noun(noun[i], many))
            return false;
        r.expect_number(count[i] != 1, many, r.at() - 1);
    }
    if (noun[0] != noun[1])
        r.violate(StoryRule::kObject, r.at() - 1, r.at() - 1, "both have the same kind of thing");
    StoryWorld& world = r.change();
    world.things.push_back({noun[0], kNone, count[0] + count[1], kBoth, kNone, kUnknown});
    world.last_thing = static_cast<int>(world.things.size()) - 1;
    world.referent = kBoth;
    return r.mark('.');
}

// "Then they lost 2 of them."
bool lost(StoryReader& r) {
    int who = 0;
    int count = 0;
    r.time();
    if (!r.actor(who) || !r.word("lost") || !r.number(count) || !r.phrase("of them")) return false;
    const int index = r.world().last_thing;
    if (index == kNone && !r.world().open)
        r.violate(StoryRule::kObject, r.at() - 1, r.at() - 1, "of what? nothing was mentioned");
    if (auto* thing = r.thing(index); thing && thing->count > 0) {
        if (count >= thing->count)
            r.violate(StoryRule::kSum, r.at() - 3, r.at() - 3,
                      "there were only " + std::to_string(thing->count));
        thing->count = count < thing->count ? thing->count - count : 0;
    }
    return r.mark('.');
}

// "Now 3 were left."
bool were_left(StoryReader& r) {
    int count = 0;
    if (!r.word("now") || !r.number(count)) return false;
    const std::size_t token = r.at() - 1;
    if (!r.agree(count != 1, "was", "were") || !r.word("left")) return false;
    if (r.world().last_thing == kNone && !r.world().open)
        r.violate(StoryRule::kObject, token, token, "of what? nothing was mentioned");
    r.expect_count(r.world().last_thing, count, token);
    return r.mark('.');
}

// "Then Mia gave it to Leo."
bool gave(StoryReader& r) {
    int who = 0;
    int other = 0;
    int thing = 0;
    r.time();
    const std::size_t from = r.at();
    if (!r.actor(who) || !r.word("gave") || !r.object(thing)) return false;
    r.expect_holder(thing, who, from);
    if (!r.word("to") || !r.name(other)) return false;
    if (who == other)
        r.violate(StoryRule::kWhereabouts, from, r.at() - 1, "one gives to somebody else");
    if (auto* given = r.thing(thing)) {
        given->holder = other;
        given->giver = who;
        given->place = kNone;
    }
    return r.mark('.');
}

// "She hid it under the bridge."
bool hid(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int place = 0;
    r.time();
    const std::size_t from = r.at();
    if (!r.actor(who) || !r.word("hid") || !r.object(thing)) return false;
    r.expect_holder(thing, who, from);
    if (!r.place(place)) return false;
    if (auto* hidden = r.thing(thing)) {
        hidden->holder = kNone;
        hidden->place = place;
    }
    return r.mark('.');
}

// "Later, Leo found the kite under the bridge again."
bool found_again(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int place = 0;
    r.time();
    if (!r.actor(who) || !r.word("found") || !r.object(thing)) return false;
    const std::size_t from = r.at();
    if (!r.place(place)) return false;
    r.expect_place(thing, place, from);
    if (!r.word("again")) return false;
    if (auto* found = r.thing(thing)) {
        found->holder = who;
        found->place = kNone;
    }
    return r.mark('.');
}

// "The kite was very wet." "(They were still wet.)"
bool was_like(StoryReader& r) {
    int thing = 0;
    const bool bracket = r.mark('(');
    if (!r.object(thing, true)) return false;
    return r.agree(r.is_several(thing), "was", "were") && r.one_of(story_degrees()) &&
           r.one_of(story_predicates()) && r.mark('.') && (!bracket || r.mark(')'));
}

// ("I like the kite," she thought.)
bool thought(StoryReader& r) {
    int who = 0;
    int thing = 0;
    return r.mark('(') && r.open('"') && r.word("i") && r.one_of(story_thoughts()) &&
           r.the_thing(thing) && r.mark(',') && r.close('"') && r.actor(who) &&
           r.phrase("thought .") && r.mark(')');
}

// "So the kite stayed with Leo." "So the kite stayed under the bridge."
bool so_stayed(StoryReader& r) {
    int who = 0;
    int thing = 0;
    int place = 0;
    if (!r.word("so")) return false;
    const std::size_t from = r.at();
    if (!r.the_thing(thing) || !r.word("stayed")) return false;
    if (r.word("with")) {
        if (!r.name(who)) return false;
        r.expect_holder(thing, who, from);
        return r.mark('.');
    }
    const std::size_t place_from = r.at();
    if (!r.place(place)) return false;
    r.expect_place(thing, place, place_from);
    return r.mark('.');
}

// "In the end, Mia kept the kite." "At night, she still had the kite."
bool kept(StoryReader& r) {
    int who = 0;
    int thing = 0;
    const bool night = r.phrase("at night ,");
    if (!night && !r.phrase("in the end ,")) return false;
    const std::size_t from = r.at();
    if (!r.actor(who) || !(night ? r.phrase("still had") : r.word("kept")) || !r.the_thing(thing))
        return false;
    r.expect_holder(thing, who, from);
    return r.mark('.');
}

// "In the end, Mia had the kite and Leo had the map."
bool each_had(StoryReader& r) {
    int who = 0;
    int thing = 0;
    if (!r.phrase("in the end ,")) return false;
    for (int i = 0; i < 2; ++i) {
        if (i == 1 && !r.word("and")) return false;
        const std::size_t from = r.at();
        if (!r.name(who) || !r.word("had") || !r.the_thing(thing)) return false;
        r.expect_holder(thing, who, from);
    }
    r.change().referent = kBoth;
    return r.mark('.');
}

constexpr StoryForm kForms[] = {found,     found_more, now_had, both_had,    lost,
                                were_left, gave,       hid,     found_again, was_like,
                                thought,   so_stayed,  kept,    each_had};

}  // namespace

std::span<const StoryForm> story_things_forms() { return kForms; }

}  // namespace marginscope
