// The plots of the built-in stories: which sentences follow each other.
#include "text/stories/story_grammar.h"

#include "core/random.h"
#include "text/stories/story_writer.h"

namespace marginscope {
namespace {

constexpr std::size_t kShortest = 150;
constexpr std::size_t kLongest = 300;

void remark(StoryWriter& story, int person, int thing) {
    const int form = story.below(3);
    if (form == 0) story.describe(thing);
    if (form == 1) story.think(person, thing);
    if (form == 2) story.claim(person, thing);
}

// Somebody finds something and gives it away.
void gift(StoryWriter& story) {
    story.introduce(0);
    const bool friend_first = story.chance(40);
    if (friend_first) story.introduce_friend(1);
    const int thing = story.find(0, story.chance(30));
    if (story.chance(60)) remark(story, 0, thing);
    if (!friend_first) story.introduce_friend(1);
    story.give(0, 1, thing);
    if (story.chance(50)) story.thank(1, 0);
    if (story.chance(30)) story.mood(1);
    if (story.chance(30)) story.recall_giver(1, 0, thing);
    if (story.chance(40))
        story.end_together();
    else
        story.end_with(thing);
}

// Something is hidden and found.
void hiding(StoryWriter& story) {
    if (story.chance(50)) {
        story.introduce_both();
    } else {
        story.introduce(0);
        story.introduce_friend(1);
    }
    const int owner = story.below(2);
    const int thing = story.find(owner, story.chance(30));
    if (story.chance(40)) remark(story, owner, thing);
    story.hide(owner, thing);
    if (story.chance(70)) story.ask_where(1 - owner, owner, thing);
    if (story.chance(65)) {
        const int finder = story.below(2);
        story.find_again(finder, thing);
        if (story.chance(30)) story.ask_who(1 - finder, finder, thing);
        if (story.chance(40)) story.mood_of_both();
    }
    if (story.chance(70)) story.end_with(thing);
    if (story.chance(30)) story.end_together();
}

// Two people count what they have.
void counting(StoryWriter& story) {
    story.introduce_both();
    const int thing = story.both_had();
    if (story.chance(60)) story.add_aloud(story.below(2));
    story.together(thing);
    if (story.chance(40)) story.describe(thing);
    if (story.chance(60)) story.lose(thing);
    const int speaker = story.below(2);
    if (story.chance(40)) story.quote_other(speaker, 1 - speaker);
    if (story.chance(50)) story.mood_of_both();
    if (story.chance(60)) story.end_together();
}

// One collects, the other asks how many.
void collecting(StoryWriter& story) {
    story.introduce(0);
    const bool friend_first = story.chance(50);
    if (friend_first) story.introduce_friend(1);
    const int thing = story.find(0, true);
    if (story.chance(30)) remark(story, 0, thing);
    story.find_more(0, thing);
    if (story.chance(60)) story.count_now(0, thing);
    if (!friend_first) story.introduce_friend(1);
    if (story.chance(40)) story.lose(thing);
    story.ask_count(1, 0, thing);
    if (story.chance(40)) story.mood(story.below(2));
    if (story.chance(50)) story.end_with(thing);
}

// People, their animals and their homes.
void animals(StoryWriter& story) {
    story.introduce_with_animals(0);
    if (story.chance(40)) story.more_animals(0);
    const bool heard_early = story.chance(40);
    if (heard_early) story.animals_say(0);
    story.introduce_friend(1);
    const bool friend_has_some = story.chance(50);
    if (friend_has_some) story.more_animals(1);
    if (story.chance(40)) story.ask_home(1, 0);
    if (friend_has_some && story.chance(60)) story.animals_say(1);
    if (!heard_early) story.animals_say(0);
    const int speaker = story.below(2);
    if (story.chance(40)) story.quote_other(speaker, 1 - speaker);
    if (story.chance(40)) story.mood_of_both();
    story.end_together();
}

// Two people find something each and exchange it.
void exchange(StoryWriter& story) {
    story.introduce_both();
    const int first = story.find(0, story.chance(25));
    const int second = story.find(1, story.chance(25));
    story.give(0, 1, first);
    story.give(1, 0, second);
    if (story.chance(40)) story.recall_giver(1, 0, first);
    if (story.chance(40)) story.mood_of_both();
    story.end_with_each(second, first);
}

std::string attempt(CounterRng rng) {
    StoryWriter story(rng);
    constexpr void (*kPlots[])(StoryWriter&) = {gift,     gift,       hiding,  hiding,
                                                counting, collecting, animals, exchange};
    kPlots[story.below(8)](story);
    return story.finish();
}

}  // namespace

std::string generate_story(std::uint64_t seed, std::uint64_t index) {
    // About two attempts in three have the right length, so this ends.
    for (std::uint64_t retry = 0;; ++retry) {
        std::string story = attempt(CounterRng({.seed = seed,
                                                .purpose = DrawPurpose::stories,
                                                .draw = index,
                                                .window = retry,
                                                .position = 0}));
        if (story.size() >= kShortest && story.size() <= kLongest) return story;
    }
}

std::string story_corpus(std::uint64_t seed, std::size_t n_chars) {
    std::string text;
    for (std::uint64_t index = 0;; ++index) {
        const std::string story = generate_story(seed, index);
        if (index > 0 && text.size() + story.size() > n_chars) return text;
        text += story;
    }
}

}  // namespace marginscope
