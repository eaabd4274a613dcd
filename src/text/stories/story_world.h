// What a story has established so far, as the checker understands it. Internal to the checker.
#pragma once

#include <vector>

namespace marginscope {

struct StoryWorld {
    // Special values where an index of a person, place or adjective is meant.
    static constexpr int kNone = -1;
    static constexpr int kUnknown =
        -2;  // not said, or said in a sentence that could not be understood
    static constexpr int kBoth = -3;  // the two who were named together

    struct Animals {
        int kind;
        int count;
    };
    struct Person {
        int name;
        int home = kUnknown;
        std::vector<Animals> animals;
        bool adopted =
            false;  // mentioned without a readable introduction: nothing is held against them
    };
    struct Thing {
        int noun;
        int adjective = kUnknown;
        int count = 0;  // 0: unknown
        int holder = kUnknown;
        int place = kNone;
        int giver = kUnknown;
    };

    std::vector<Person> people;
    std::vector<Thing> things;
    int referent =
        kNone;  // who a pronoun stands for: a person, kBoth, kNone, or kUnknown (anybody)
    int last_thing =
        kNone;  // what "it" and "them" stand for: a thing, kNone, or kUnknown (anything)
    // The beginning of the story was not seen: whoever and whatever is recalled may have been
    // introduced there.
    bool open = false;
};

}  // namespace marginscope
