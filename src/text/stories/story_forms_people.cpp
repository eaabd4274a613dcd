// Plain sentences about people, each written as one reading function.
#include "text/stories/story_forms.h"
#include "text/stories/story_lexicon.h"

namespace marginscope {
namespace {

constexpr int kBoth = StoryWorld::kBoth;

// "Once there was a shy girl named Mia."
bool once_there_was(StoryReader& r) {
    bool girl = false;
    int who = 0;
    if (!r.phrase("once there") || !r.agree(false, "was", "were") || !r.described(girl))
        return false;
    const std::size_t token = r.at() - 1;
    return r.word("named") && r.new_name(who) && r.check_gender(who, girl, token) && r.mark('.');
}

// "Mia (a shy girl) lived on a farm with 3 hens."
bool lived(StoryReader& r) {
    int who = 0;
    int home = 0;
    bool girl = false;
    if (!r.new_name(who)) return false;
    if (r.mark('(')) {
        if (!r.described(girl)) return false;
        r.check_gender(who, girl, r.at() - 1);
        if (!r.mark(')')) return false;
    }
    if (!r.word("lived") || !r.place(home, true)) return false;
    r.person(who)->home = home;
    if (r.word("with") && !r.animals(who)) return false;
    return r.mark('.');
}

// "Mia and Leo lived by the lake." "Mia and Leo were friends."
bool two_friends(StoryReader& r) {
    int first = 0;
    int second = 0;
    int home = 0;
    if (!r.new_name(first) || !r.word("and") || !r.new_name(second)) return false;
    if (r.word("lived")) {
        if (!r.place(home, true)) return false;
        r.person(first)->home = home;
        r.person(second)->home = home;
    } else if (!r.agree(true, "was", "were") || !r.word("friends")) {
        return false;
    }
    r.change().referent = kBoth;
    return r.mark('.');
}

// "Her friend Leo lived by the lake."
bool friend_lived(StoryReader& r) {
    int who = 0;
    int home = 0;
    if (!r.possessive() || !r.word("friend") || !r.new_name(who) || !r.word("lived") ||
        !r.place(home, true))
        return false;
    r.person(who)->home = home;
    return r.mark('.');
}

// "She had a friend named Leo."
bool had_friend(StoryReader& r) {
    int who = 0;
    int other = 0;
    return r.actor(who) && r.phrase("had a friend named") && r.new_name(other) && r.mark('.');
}

// "Later, Mia met a shy boy named Leo on the beach."
bool met(StoryReader& r) {
    int who = 0;
    int other = 0;
    int place = 0;
    bool girl = false;
    r.time();
    if (!r.actor(who) || !r.word("met") || !r.described(girl)) return false;
    const std::size_t token = r.at() - 1;
    return r.word("named") && r.new_name(other) && r.check_gender(other, girl, token) &&
           r.place(place) && r.mark('.');
}

// "(She also had 2 dogs [and 1 owl] at home.)"
bool had_animals(StoryReader& r) {
    int who = 0;
    if (!r.mark('(') || !r.actor(who)) return false;
    r.word("also");
    if (!r.word("had") || !r.animals(who)) return false;
    if (r.mark('[') && !(r.word("and") && r.animals(who) && r.mark(']'))) return false;
    return r.phrase("at home .") && r.mark(')');
}

// "She laughed." "They were happy." "In the end, they were happy."
bool felt(StoryReader& r) {
    int who = 0;
    r.phrase("in the end ,");
    if (!r.actor(who)) return false;
    if (r.one_of(story_deeds())) return r.mark('.');
    return r.agree(who == kBoth, "was", "were") && r.one_of(story_feelings()) && r.mark('.');
}

// "They went home together." "They stayed friends for a long time."
bool stayed_together(StoryReader& r) {
    int who = 0;
    return r.actor(who) &&
           (r.phrase("went home together") || r.phrase("stayed friends for a long time")) &&
           r.mark('.');
}

constexpr StoryForm kForms[] = {once_there_was, lived,      two_friends,
                                friend_lived,   had_friend, met,
                                had_animals,    felt,       stayed_together};

}  // namespace

std::span<const StoryForm> story_people_forms() { return kForms; }

}  // namespace marginscope
