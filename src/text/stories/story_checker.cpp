// Walks over the sentences of a text and collects what each of them breaks.
#include "text/stories/story_checker.h"

#include <algorithm>
#include <span>

#include "text/stories/story_delimiters.h"
#include "text/stories/story_forms.h"
#include "text/stories/story_lexicon.h"
#include "text/stories/story_reader.h"
#include "text/stories/story_tokens.h"
#include "text/stories/story_world.h"

namespace marginscope {
namespace {

using Tokens = std::span<const StoryToken>;
using Violations = std::vector<StoryViolation>;

std::size_t line_breaks(std::string_view gap) {
    return static_cast<std::size_t>(std::count(gap.begin(), gap.end(), '\n'));
}

// A line with a quote in it, also if its first quote is missing; a bracketed thought is none, also
// if one of its brackets is missing or wrong.
bool is_speech(Tokens sentence) {
    const StoryToken& first = sentence.front();
    if (first.is_mark('(') || first.is_mark('[') || sentence.back().is_mark(')')) return false;
    return std::any_of(sentence.begin(), sentence.end(), [](const StoryToken& token) {
        return token.is_open('"') || token.is_close('"');
    });
}

// Best reading of a sentence: the form it has with the fewest broken rules.
struct Reading {
    bool understood = false;
    std::size_t farthest = 0;
    Violations violations;
    StoryWorld after;
};

void try_forms(std::span<const StoryForm> forms, Tokens sentence, const StoryWorld& world,
               Reading& best) {
    for (const StoryForm form : forms) {
        StoryReader reader(sentence, world);
        const bool fits = form(reader) && reader.finished();
        best.farthest = std::max({best.farthest, reader.farthest(), fits ? 0 : reader.at()});
        if (!fits) continue;
        if (best.understood && reader.violations().size() >= best.violations.size()) continue;
        best.understood = true;
        best.violations = reader.violations();
        best.after = reader.world();
        if (best.violations.empty()) return;
    }
}

void find_unknown_words(Tokens sentence, Violations& out) {
    for (const StoryToken& token : sentence) {
        if (token.kind == StoryToken::Kind::kOther)
            out.push_back({StoryRule::kVocabulary, token.offset, token.text.size(),
                           "no story uses these characters"});
        else if (token.kind == StoryToken::Kind::kWord && !is_story_word(token.lower))
            out.push_back({StoryRule::kVocabulary, token.offset, token.text.size(),
                           "no story uses the word \"" + token.lower.substr(0, 24) + "\""});
    }
}

// From a sentence that was not understood: who and what it mentions is known from now on, and what
// it may have changed is unknown, so that one mistake is not reported again in every later
// sentence.
void learn_leniently(Tokens sentence, bool has_unknown_words, StoryWorld& world) {
    StoryReader reader(sentence, world);
    const auto touch = [&](int index) {
        if (auto* thing = reader.thing(index)) {
            thing->count = 0;
            thing->holder = StoryWorld::kUnknown;
            thing->place = StoryWorld::kUnknown;
            thing->giver = StoryWorld::kUnknown;
        }
    };
    reader.change().open = true;  // so that an unknown name is not another violation
    touch(world.last_thing);
    if (auto* last = reader.person(world.referent)) last->adopted = true;
    bool mentions_thing = false;
    while (!reader.finished()) {
        int index = 0;
        bool many = false;
        if (reader.name(index)) {
            reader.person(index)->adopted = true;
        } else if (reader.noun(index, many)) {
            int thing = reader.find_thing(index);
            if (thing == StoryWorld::kNone) {
                StoryWorld::Thing mentioned{};
                mentioned.noun = index;
                reader.change().things.push_back(mentioned);
                thing = static_cast<int>(reader.world().things.size()) - 1;
            }
            touch(thing);
            mentions_thing = true;
        } else {
            reader.skip();
        }
    }
    const bool was_open = world.open;
    StoryWorld learnt = reader.world();
    world = std::move(learnt);
    world.open = was_open || has_unknown_words;
    world.referent = StoryWorld::kUnknown;
    if (mentions_thing) world.last_thing = StoryWorld::kUnknown;
}

// A stranger or an unmentioned thing may be a slip for any of the known ones: who has what is
// unknown from now on.
void forget_after_slip(const Violations& violations, StoryWorld& world) {
    const bool slip = std::any_of(violations.begin(), violations.end(), [](const auto& violation) {
        return violation.rule == StoryRule::kName || violation.rule == StoryRule::kObject;
    });
    if (!slip) return;
    for (auto& thing : world.things) {
        thing.count = 0;
        thing.holder = StoryWorld::kUnknown;
        thing.place = StoryWorld::kUnknown;
        thing.giver = StoryWorld::kUnknown;
    }
}

// All that is wrong with one sentence; `world` becomes what holds after it.
Violations check_sentence(Tokens sentence, StoryWorld& world) {
    Violations out;
    check_delimiters(sentence, out);
    const bool delimited = out.empty();
    Reading reading;
    if (delimited) {
        if (is_speech(sentence)) {
            try_forms(story_speech_forms(), sentence, world, reading);
        } else {
            try_forms(story_people_forms(), sentence, world, reading);
            if (!reading.understood || !reading.violations.empty())
                try_forms(story_things_forms(), sentence, world, reading);
        }
    }
    Violations capitals;
    check_capitals(sentence, capitals);
    if (delimited) check_spacing(sentence, out);
    if (reading.understood) {
        out.insert(out.end(), capitals.begin(), capitals.end());
        out.insert(out.end(), reading.violations.begin(), reading.violations.end());
        world = std::move(reading.after);
        forget_after_slip(reading.violations, world);
        return out;
    }
    const std::size_t known = out.size();
    find_unknown_words(sentence, out);
    const bool has_unknown_words = out.size() > known;
    std::size_t place = sentence.back().end();
    if (delimited && !has_unknown_words) {
        // The gap before the token belongs to the place: something may be missing there.
        const std::size_t at = std::min(reading.farthest, sentence.size());
        const std::size_t from = at == 0 ? sentence.front().offset : sentence[at - 1].end();
        place = at == sentence.size() ? from : sentence[at].end();
        out.push_back({StoryRule::kStructure, from, place - from,
                       at == sentence.size() ? "the sentence is not finished"
                                             : "no sentence of the stories goes on like this"});
        place = from;
    }
    // What comes after the place where the sentence went wrong may be another sentence's beginning,
    // and whether an unknown word is a name cannot be told.
    for (auto& capital : capitals)
        if (capital.offset < place && !has_unknown_words) out.push_back(std::move(capital));
    learn_leniently(sentence, has_unknown_words, world);
    return out;
}

// White space between two sentences.
void check_separation(Tokens before, Tokens after, Violations& out) {
    const std::string_view gap = after.front().gap;
    const bool lines = is_speech(before) || is_speech(after);
    if (gap == "\n\n" || gap == (lines ? "\n" : " ")) return;
    const std::size_t from = before.back().end();
    out.push_back({StoryRule::kStructure, from, after.front().offset + 1 - from,
                   line_breaks(gap) > 1 ? "one blank line ends a story"
                   : lines              ? "speech stands on a line of its own"
                                        : "one space belongs between two sentences"});
}

// Calls visit with each sentence's violations, in order.
template <typename Visit>
void walk(const std::vector<StoryToken>& tokens, std::span<const StorySentence> sentences,
          bool open, Visit visit) {
    StoryWorld world;
    world.open = open;
    Tokens before;
    for (const StorySentence& range : sentences) {
        const Tokens sentence(tokens.data() + range.begin, range.end - range.begin);
        Violations separation;
        if (!before.empty()) {
            check_separation(before, sentence, separation);
            if (line_breaks(sentence.front().gap) > 1) world = StoryWorld{};
        }
        Violations found = check_sentence(sentence, world);
        separation.insert(separation.end(), std::make_move_iterator(found.begin()),
                          std::make_move_iterator(found.end()));
        visit(separation);
        before = sentence;
    }
}

}  // namespace

std::string_view story_rule_name(StoryRule rule) {
    constexpr std::string_view kNames[kStoryRuleCount] = {
        "vocabulary", "structure", "capital", "name",    "pronoun", "object", "whereabouts",
        "article",    "number",    "sum",     "bracket", "quote",   "sound"};
    return kNames[static_cast<std::size_t>(rule)];
}

std::vector<StoryViolation> check_story(std::string_view text) {
    Violations out;
    const auto tokens = tokenize_story(text);
    if (tokens.empty()) {
        out.push_back({StoryRule::kStructure, 0, text.size(), "there is no sentence here"});
        return out;
    }
    if (!tokens.front().gap.empty())
        out.push_back({StoryRule::kStructure, 0, tokens.front().offset,
                       "a story begins without white space"});
    const auto sentences = split_story(tokens);
    walk(tokens, sentences, false, [&](Violations& found) {
        out.insert(out.end(), std::make_move_iterator(found.begin()),
                   std::make_move_iterator(found.end()));
    });
    const std::size_t end = tokens.back().end();
    if (text.substr(end) != "\n\n")
        out.push_back(
            {StoryRule::kStructure, end, text.size() - end, "a story ends with one blank line"});
    return out;
}

StorySentenceShare check_sentences(std::string_view text, bool from_story_start) {
    StorySentenceShare share;
    const auto tokens = tokenize_story(text);
    const auto all = split_story(tokens);
    std::span<const StorySentence> sentences(all);
    if (!sentences.empty() && !from_story_start) sentences = sentences.subspan(1);
    if (!sentences.empty()) {
        // The last piece is whole if a stop (and what it closes) or the end of the line ends it.
        const std::size_t end = tokens.back().end();
        std::size_t last = sentences.back().end - 1;
        while (last > sentences.back().begin &&
               (tokens[last].is_mark(')') || tokens[last].is_mark(']') ||
                tokens[last].kind == StoryToken::Kind::kCloseQuote))
            --last;
        Violations open;  // "(She had 2 dogs at home." may have gone on with its bracket
        check_delimiters(Tokens(tokens).subspan(sentences.back().begin), open);
        const bool whole =
            (tokens[last].is_mark('.') && open.empty()) || line_breaks(text.substr(end)) > 0;
        if (!whole) sentences = sentences.first(sentences.size() - 1);
    }
    walk(tokens, sentences, !from_story_start, [&](const Violations& found) {
        ++share.sentences;
        if (found.empty()) ++share.well_formed;
        std::array<bool, kStoryRuleCount> broken{};
        for (const auto& violation : found) broken[static_cast<std::size_t>(violation.rule)] = true;
        for (std::size_t rule = 0; rule < kStoryRuleCount; ++rule)
            share.broken[rule] += broken[rule] ? 1 : 0;
    });
    return share;
}

}  // namespace marginscope
