// Word tables of the built-in stories.
#include "text/stories/story_lexicon.h"

#include <cctype>
#include <set>
#include <string>

namespace marginscope {
namespace {

using std::string_view;

constexpr StoryName kNames[] = {{"Anna", true},  {"Clara", true}, {"Ella", true},  {"Greta", true},
                                {"Ida", true},   {"Kate", true},  {"Mia", true},   {"Nora", true},
                                {"Rosa", true},  {"Tilda", true}, {"Ben", false},  {"David", false},
                                {"Finn", false}, {"Hugo", false}, {"Jack", false}, {"Leo", false},
                                {"Max", false},  {"Otto", false}, {"Paul", false}, {"Sam", false}};

constexpr StoryNoun kThings[] = {
    {"acorn", "acorns"}, {"apple", "apples"},      {"arrow", "arrows"},     {"bell", "bells"},
    {"book", "books"},   {"box", "boxes"},         {"brush", "brushes"},    {"coin", "coins"},
    {"cup", "cups"},     {"egg", "eggs"},          {"feather", "feathers"}, {"hat", "hats"},
    {"key", "keys"},     {"kite", "kites"},        {"lamp", "lamps"},       {"leaf", "leaves"},
    {"map", "maps"},     {"onion", "onions"},      {"orange", "oranges"},   {"pear", "pears"},
    {"plum", "plums"},   {"ring", "rings"},        {"scarf", "scarves"},    {"shell", "shells"},
    {"stone", "stones"}, {"umbrella", "umbrellas"}};

constexpr StoryAnimal kAnimals[] = {
    {"cat", "cats", "meow"},    {"cow", "cows", "moo"},     {"dog", "dogs", "woof"},
    {"duck", "ducks", "quack"}, {"frog", "frogs", "croak"}, {"goat", "goats", "baa"},
    {"goose", "geese", "honk"}, {"hen", "hens", "cluck"},   {"mouse", "mice", "squeak"},
    {"owl", "owls", "hoot"},    {"pig", "pigs", "oink"}};

constexpr string_view kThingAdjectives[] = {"big",    "blue",  "elegant", "enormous", "fine",
                                            "golden", "green", "heavy",   "odd",      "old",
                                            "pretty", "red",   "shiny",   "small",    "strange",
                                            "tiny",   "ugly",  "unusual", "yellow"};
constexpr string_view kPersonAdjectives[] = {"amusing", "brave", "clever", "eager", "kind",
                                             "merry",   "odd",   "quiet",  "shy",   "untidy"};
constexpr string_view kPredicates[] = {"clean", "cold", "dusty", "lovely", "warm", "wet"};
constexpr string_view kDegrees[] = {"quite", "rather", "still", "very"};

constexpr string_view kPlaces[] = {
    "behind the church", "by the lake",  "by the river",     "near the old mill",
    "near the school",   "on a farm",    "on the hill",      "at the market",
    "behind the barn",   "in the attic", "in the forest",    "in the garden",
    "in the tall grass", "on the beach", "under the bridge", "under the old oak"};
constexpr int kHomeCount = 7;

constexpr string_view kOpeningTimes[] = {"one day", "one evening", "one morning", "one summer"};
constexpr string_view kLaterTimes[] = {"after lunch", "at noon", "later", "the next day"};
constexpr string_view kGreetings[] = {"come in", "good night", "thank you", "well done"};
constexpr string_view kDeeds[] = {"danced", "laughed", "sang", "smiled", "waved"};
constexpr string_view kFeelings[] = {"glad", "happy", "proud", "tired"};
constexpr string_view kThoughts[] = {"like", "love", "need", "want"};

constexpr string_view kOtherWords[] = {
    "a",    "again", "also",  "an",   "and",     "are",    "asked",   "at",       "ate",   "bought",
    "boy",  "do",    "end",   "for",  "found",   "friend", "friends", "from",     "gave",  "girl",
    "had",  "has",   "have",  "he",   "her",     "hid",    "his",     "home",     "how",   "i",
    "in",   "is",    "it",    "kept", "left",    "lived",  "live",    "long",     "lost",  "made",
    "make", "many",  "met",   "me",   "mine",    "more",   "my",      "named",    "night", "now",
    "of",   "once",  "said",  "say",  "says",    "she",    "so",      "stayed",   "still", "the",
    "them", "then",  "there", "they", "thought", "time",   "to",      "together", "was",   "went",
    "were", "where", "who",   "with", "you",     "thank"};

void add_words(std::set<std::string, std::less<>>& words, string_view phrase) {
    while (!phrase.empty()) {
        const auto space = phrase.find(' ');
        std::string word(phrase.substr(0, space));
        word[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(word[0])));
        words.insert(std::move(word));
        if (space == string_view::npos) return;
        phrase.remove_prefix(space + 1);
    }
}

std::set<std::string, std::less<>> all_words() {
    std::set<std::string, std::less<>> words;
    for (const auto& name : kNames) add_words(words, name.text);
    for (const auto& thing : kThings) {
        add_words(words, thing.one);
        add_words(words, thing.many);
    }
    for (const auto& animal : kAnimals)
        for (const auto word : {animal.one, animal.many, animal.sound}) add_words(words, word);
    const std::span<const string_view> lists[] = {
        kThingAdjectives, kPersonAdjectives, kPredicates, kDegrees,  kPlaces,   kOpeningTimes,
        kLaterTimes,      kGreetings,        kDeeds,      kFeelings, kThoughts, kOtherWords};
    for (const auto& list : lists)
        for (const auto phrase : list) add_words(words, phrase);
    return words;
}

}  // namespace

std::span<const StoryName> story_names() { return kNames; }
std::span<const StoryNoun> story_things() { return kThings; }
std::span<const StoryAnimal> story_animals() { return kAnimals; }
std::span<const string_view> story_thing_adjectives() { return kThingAdjectives; }
std::span<const string_view> story_person_adjectives() { return kPersonAdjectives; }
std::span<const string_view> story_predicates() { return kPredicates; }
std::span<const string_view> story_degrees() { return kDegrees; }
std::span<const string_view> story_places() { return kPlaces; }
int story_home_count() { return kHomeCount; }
std::span<const string_view> story_opening_times() { return kOpeningTimes; }
std::span<const string_view> story_later_times() { return kLaterTimes; }
std::span<const string_view> story_greetings() { return kGreetings; }
std::span<const string_view> story_deeds() { return kDeeds; }
std::span<const string_view> story_feelings() { return kFeelings; }
std::span<const string_view> story_thoughts() { return kThoughts; }

bool is_story_word(string_view word) {
    static const std::set<std::string, std::less<>> words = all_words();
    return words.find(word) != words.end();
}

bool takes_an(string_view word) {
    return !word.empty() && string_view("aeiou").find(word[0]) != string_view::npos;
}

}  // namespace marginscope
