// Reads one sentence token by token against what the story has established. Internal to the
// checker.
//
// Every reading function returns whether the tokens at the cursor fit, and moves past them if so.
// What fits in form but breaks a rule (a wrong article, a man called she) is accepted and recorded,
// so that the checker can name the rule. The world is copied on the first change: most attempts
// fail before they change anything.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/stories/story_checker.h"
#include "text/stories/story_tokens.h"
#include "text/stories/story_world.h"

namespace marginscope {

class StoryReader {
public:
    StoryReader(std::span<const StoryToken> sentence, const StoryWorld& before)
        : tokens_(sentence), before_(before) {}

    // Plain tokens
    bool word(std::string_view word);
    bool phrase(std::string_view
                    words);  // "of them", "in the end ,": separated by spaces, "." "," "?" "!" too
    bool mark(char mark);
    bool open(char quote);
    bool close(char quote);
    bool number(int& value);
    bool one_of(std::span<const std::string_view> phrases, int& index);
    bool one_of(std::span<const std::string_view> phrases);
    bool said(std::string_view verb,
              int& person);  // , " VERB NAME .   with the comma unless a ? or ! stood there
    void skip() { ++at_; }   // past a token nobody understands
    bool finished() const { return at_ == tokens_.size(); }

    // People. A person is an index into the world, kBoth, or kUnknown.
    bool time();                 // any time phrase or none
    bool name(int& person);      // somebody known
    bool new_name(int& person);  // somebody introduced here
    bool described(bool& girl);  // "a shy girl", with or without the adjective
    bool check_gender(int person, bool girl, std::size_t girl_token);
    bool actor(int& person);  // a name, "Mia and Leo", she, he, they
    bool possessive();        // his, her
    bool place(int& place, bool homes_only = false);
    bool animals(int person);  // "3 hens", which the person has from now on
    bool animal(int& kind, bool& many);

    // Things
    bool article();              // a or an, as the next word wants
    bool new_thing(int& thing);  // "a red kite", "3 kites"
    bool noun(int& noun, bool& many);
    bool the_thing(int& thing);  // recalled
    bool object(int& thing,
                bool is_subject = false);  // the same, or it, them (as a subject: it, they)
    bool agree(bool many, std::string_view one,
               std::string_view several);  // was/were, is/are, says/say

    // Facts
    void expect_holder(int thing, int person, std::size_t from);
    void expect_place(int thing, int place, std::size_t from);
    void expect_count(int thing, int count, std::size_t number_token);
    void expect_number(bool many, bool noun_is_many, std::size_t noun_token);
    bool is_several(int thing) const;  // as counted; if that is unknown, as just read
    int find_thing(int noun) const;    // the latest with this noun, or kNone

    void violate(StoryRule rule, std::size_t first_token, std::size_t last_token,
                 std::string sentence);
    std::size_t at() const { return at_; }
    const StoryWorld& world() const { return changed_ ? *changed_ : before_; }
    StoryWorld& change() {
        if (!changed_) changed_ = before_;
        return *changed_;
    }
    StoryWorld::Thing* thing(int index) {
        return index < 0 ? nullptr : &change().things[static_cast<std::size_t>(index)];
    }
    StoryWorld::Person* person(int index) {
        return index < 0 ? nullptr : &change().people[static_cast<std::size_t>(index)];
    }
    std::string person_name(int index) const;
    std::string thing_name(int index) const;

    std::size_t farthest() const { return farthest_; }
    const std::vector<StoryViolation>& violations() const { return violations_; }

private:
    bool fail();
    bool back(std::size_t at, std::size_t violations);
    bool name_token(int& name);
    int adopt_person(int name);
    bool pronoun(int& person);

    std::span<const StoryToken> tokens_;
    const StoryWorld& before_;
    std::optional<StoryWorld> changed_;
    std::vector<StoryViolation> violations_;
    std::size_t at_ = 0;
    bool read_several_ = false;
    std::size_t farthest_ = 0;
};

}  // namespace marginscope
