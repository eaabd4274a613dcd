// Settings to requests.
#include "engine/robustness/robustness_requests.h"

#include <algorithm>

#include "core/error.h"

namespace marginscope {
namespace {

CharacterChange change_named(const std::string& name) {
    const auto& names = kEnumNames<CharacterChange>;
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end())
        throw UserError("Characters are spoilt by swap, drop, insert or case, not by \"" + name +
                        "\".");
    return static_cast<CharacterChange>(at - names.begin());
}

const char* words_of(CharacterChange change) {
    switch (change) {
        case CharacterChange::swap:
            return "characters swapped";
        case CharacterChange::drop:
            return "characters dropped";
        case CharacterChange::insert:
            return "characters inserted";
        case CharacterChange::letter_case:
            return "letters of another case";
    }
    return "";
}

/// What one task of a part costs: an equal share for each of its curves.
double share_of(RobustnessSettings settings, RobustnessParts part, double curves) {
    settings.models.resize(1);
    return robustness_passes(settings, part) / curves;
}

void check(const RobustnessSettings& settings, const RobustnessParts& parts, std::size_t models) {
    if (!parts.any()) throw UserError("Choose what is to be measured.");
    if (models == 0) throw UserError("Choose at least one model.");
    if (parts.stories && settings.tokens != NoisyTokens::all)
        throw UserError(
            "A model writes under noise on every character: choose all tokens, or leave the "
            "stories out.");
    if (parts.stories && settings.story_characters < 1)
        throw UserError("A story needs at least one character.");
    if (parts.characters && settings.characters.empty())
        throw UserError("Choose at least one way to spoil characters.");
    if (parts.fragility && settings.positions < 3)
        throw UserError("Margins begin with the third character: measure at least three.");
}

class TaskList {
public:
    TaskList(const RobustnessSettings& settings, std::size_t models)
        : settings_(settings), models_(models) {}

    void add_noise(bool stories) {
        const double noise = share_of(settings_, {.noise = true}, 1);
        const double with = share_of(settings_, {.stories = true}, 1);
        for (std::size_t m = 0; m < models_; ++m) {
            add({.part = RobustnessPart::noise,
                 .model = m,
                 .tokens = settings_.tokens,
                 .passes = noise,
                 .words = "noise"});
            if (stories)
                add({.part = RobustnessPart::stories,
                     .model = m,
                     .passes = with - noise,
                     .words = "stories under noise"});
        }
    }

    void add_characters() {
        const double passes = share_of(settings_, {.characters = true},
                                       static_cast<double>(settings_.characters.size()));
        for (std::size_t m = 0; m < models_; ++m)
            for (const std::string& name : settings_.characters) {
                const CharacterChange change = change_named(name);
                add({.part = RobustnessPart::characters,
                     .model = m,
                     .change = change,
                     .passes = passes,
                     .words = words_of(change)});
            }
    }

    void add_support() {
        const double passes = share_of(settings_, {.support = true}, 2);
        for (std::size_t m = 0; m < models_; ++m) {
            add({.part = RobustnessPart::support,
                 .model = m,
                 .tokens = NoisyTokens::random,
                 .passes = passes,
                 .words = "noise on random tokens"});
            add({.part = RobustnessPart::support,
                 .model = m,
                 .tokens = NoisyTokens::support,
                 .passes = passes,
                 .words = "noise on support tokens"});
        }
    }

    void add_fragility() {
        add({.part = RobustnessPart::fragility,
             .model = std::min(settings_.fragile_model, models_ - 1),
             .passes = share_of(settings_, {.fragility = true}, 1),
             .words = "the smallest noise that flips"});
    }

    std::vector<RobustnessTask> tasks() && { return std::move(tasks_); }

private:
    void add(RobustnessTask task) { tasks_.push_back(std::move(task)); }

    const RobustnessSettings& settings_;
    std::size_t models_;
    std::vector<RobustnessTask> tasks_;
};

}  // namespace

std::vector<RobustnessTask> robustness_tasks(const RobustnessSettings& settings,
                                             const RobustnessParts& parts, std::size_t models) {
    check(settings, parts, models);
    TaskList list(settings, models);
    if (parts.noise || parts.stories) list.add_noise(parts.stories);
    if (parts.fragility) list.add_fragility();
    if (parts.support) list.add_support();
    if (parts.characters) list.add_characters();
    return std::move(list).tasks();
}

NoiseRequest noise_request(const RobustnessSettings& settings, const RobustnessTask& task,
                           const std::string& model, const std::string& text, int threads) {
    NoiseRequest request;
    request.model = model;
    request.text = text;
    request.whole_text = settings.whole_text;
    request.sigmas = settings.sigmas;
    request.relative = settings.relative;
    request.where = settings.where;
    request.tokens = task.tokens;
    request.support = settings.support;
    if (task.part == RobustnessPart::characters) request.characters = task.change;
    request.rates = settings.rates;
    request.draws = settings.draws;
    request.seed = settings.seed;
    request.max_windows = settings.max_windows;
    request.threads = threads;
    return request;
}

FragilityRequest fragility_request(const RobustnessSettings& settings, const std::string& model,
                                   const std::string& text, int threads) {
    FragilityRequest request;
    request.model = model;
    request.text = text;
    request.whole_text = settings.whole_text;
    request.max_positions = settings.positions;
    request.directions = settings.directions;
    request.max_sigma = settings.max_sigma;
    request.own_token = settings.own_token;
    request.geometric = settings.geometric;
    request.seed = settings.seed;
    request.threads = threads;
    return request;
}

}  // namespace marginscope
