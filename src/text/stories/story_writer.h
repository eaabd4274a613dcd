// Writes the sentences of one story and keeps track of what they have established. Used by the
// generator only.
//
// Every function appends one sentence (or one line of speech) that is true in the story so far;
// plots (story_grammar.cpp) decide which. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"

namespace marginscope {

class StoryWriter {
public:
    explicit StoryWriter(CounterRng rng);

    // Persons are 0 and 1; things are indices in the order of their introduction.
    void introduce(int person);               // the hero: "Once there was a shy girl named Mia."
    void introduce_with_animals(int person);  // "Mia lived on a farm with 3 hens."
    void introduce_both();                    // "Mia and Leo were friends."
    void introduce_friend(int person);        // "Her friend Leo lived by the lake."
    void more_animals(int person);            // "(She had 2 dogs [and 1 owl] at home.)"

    int find(int person, bool several);  // "One morning, she found a red kite by the river."
    void find_more(int person, int thing);
    void count_now(int person, int thing);  // "Now Mia had 5 shells."
    int both_had();  // "Mia had 2 plums and Leo had 3 plums."; the thing is what they add up to
    void add_aloud(int person);  // "2 and 3 make 5," said Mia.
    void together(int thing);    // "Together they had 5 plums."
    void lose(int thing);        // "They lost 2 of them. Now 3 were left."

    void give(int giver, int receiver, int thing);
    void hide(int person, int thing);
    void find_again(int person, int thing);

    void describe(int thing);           // "The kite was very lovely." or the same in brackets
    void think(int person, int thing);  // ("I like the kite," she thought.)
    void claim(int person, int thing);  // "The kite (it is still wet) is mine," said Mia.
    void ask_where(int asker, int answerer, int thing);
    void ask_who(int asker, int answerer, int thing);
    void recall_giver(int speaker, int giver, int thing);  // "Mia gave the kite to me," said Leo.
    void ask_home(int asker, int answerer);
    void ask_count(int asker, int answerer, int thing);
    void thank(int speaker, int other);
    void animals_say(int person);              // "My cats say 'meow' at night," said Mia.
    void quote_other(int speaker, int other);  // "Leo said 'good night' to me," said Mia.

    void mood(int person);
    void mood_of_both();
    void end_with(int thing);  // "So the red kite stayed with Leo."
    void end_with_each(int first,
                       int second);  // "In the end, Mia had the kite and Leo had the map."
    void end_together();

    bool chance(int percent) { return below(100) < percent; }
    int below(int bound) { return static_cast<int>(rng_.below(static_cast<std::uint64_t>(bound))); }

    // The story with the blank line that ends it.
    std::string finish() const { return text_ + "\n\n"; }

private:
    struct Animals {
        int kind;
        int count;
    };
    struct Person {
        int name = -1;
        int home = -1;
        std::vector<Animals> animals;
    };
    struct Thing {
        int noun;
        int adjective;  // -1: none
        int count;
        int holder;  // a person, or kBoth; -1 while it is hidden
        int place;
    };
    static constexpr int kNobody = -1;
    static constexpr int kBoth = 2;

    void sentence(const std::string& body);
    void speech(const std::string& words, std::string_view verb, int speaker);
    void ask(const std::string& question, int speaker);  // adds the question mark
    void say(const std::string& words, int speaker);     // adds the comma, unless it ends with "!"
    std::string_view pick(std::span<const std::string_view> list);
    std::string name(int person) const;
    bool is_girl(int person) const;
    std::string subject(
        int person);  // the name, or a pronoun if the last one mentioned is this person
    std::string both();
    std::string a_person(int person);  // "a shy girl"
    std::string a_thing(const Thing& thing) const;
    std::string the_thing(int thing);
    std::string it_or_thing(int thing, bool is_subject);
    std::string animals_phrase(int person);
    std::string how();  // "very wet"
    std::string when();
    static std::string place_name(int place);
    std::string spot();
    int new_thing(int holder, int count);
    int settle(int person);
    bool is_many(int thing) const { return things_[static_cast<std::size_t>(thing)].count > 1; }
    Thing& at(int thing) { return things_[static_cast<std::size_t>(thing)]; }

    CounterRng rng_;
    std::string text_;
    bool last_was_speech_ = false;
    bool began_ = false;  // an opening time ("one morning") has been used
    bool told_feelings_ = false;
    std::string_view last_time_;
    Person cast_[2];
    std::vector<Thing> things_;
    int last_person_ = kNobody;
    int last_thing_ = -1;
    int first_count_ = 0;  // of both_had(), for add_aloud()
    int second_count_ = 0;
};

}  // namespace marginscope
