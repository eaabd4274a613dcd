// Seeds at some lambda only, as text and as numbers.
#include "core/messages/more_seeds.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/run/run_config.h"

namespace marginscope {
namespace {

constexpr int kMostSeeds = 10'000;

/// What stands before the next colon; `rest` goes on behind it.
std::string next_word(std::string& rest) {
    const std::size_t colon = rest.find(':');
    std::string word = rest.substr(0, colon);
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    return word;
}

bool meant(const MoreSeeds& more, double lambda, const PathRecipe& recipe) {
    return more.lambda == lambda && (!more.recipe || *more.recipe == recipe);
}

}  // namespace

MoreSeeds more_seeds_from(const std::string& text) {
    const auto refuse = [&] {
        return UserError(
            "More seeds are given as LAMBDA:SEEDS, as in 0.02:8, or with head and "
            "sigma, as in 0.02:8:own:learned:0.2; \"" +
                text + "\" is neither.",
            2);
    };
    MoreSeeds more;
    std::string rest = text;
    try {
        more.lambda = std::get<double>(parse_value(*find_field("barrier.lambda"), next_word(rest)));
    } catch (const UserError&) {
        throw refuse();
    }
    const std::string seeds = next_word(rest);
    const char* end = seeds.data() + seeds.size();
    const auto read = std::from_chars(seeds.data(), end, more.seeds);
    if (read.ec != std::errc() || read.ptr != end || more.seeds < 1 || more.seeds > kMostSeeds)
        throw refuse();
    if (text.ends_with(':')) throw refuse();
    if (rest.empty()) return more;
    const std::string head = next_word(rest);
    if ((head != "tied" && head != "own") || rest.empty()) throw refuse();
    const Field& sigma = *find_field("stage.sigma");
    more.recipe = PathRecipe{head == "tied", format_value(parse_value(sigma, rest))};
    return more;
}

std::string more_seeds_text(const MoreSeeds& more) {
    std::string text = format_value(more.lambda) + ":" + std::to_string(more.seeds);
    if (more.recipe) text += (more.recipe->tied ? ":tied:" : ":own:") + more.recipe->stage_sigma;
    return text;
}

int planned_seeds(const PathPlan& plan, double lambda, const PathRecipe& recipe) {
    int seeds = plan.seeds;
    for (const std::string& text : plan.more_seeds) {
        const MoreSeeds more = more_seeds_from(text);
        if (meant(more, lambda, recipe)) seeds = std::max(seeds, more.seeds);
    }
    return seeds;
}

int most_seeds(const PathPlan& plan) {
    int seeds = plan.seeds;
    for (const std::string& text : plan.more_seeds)
        seeds = std::max(seeds, more_seeds_from(text).seeds);
    return seeds;
}

PathPlan with_more_seeds(PathPlan plan, const std::vector<double>& lambdas,
                         const std::optional<PathRecipe>& recipe, int seeds) {
    for (const double lambda : lambdas) {
        const MoreSeeds wanted{lambda, seeds, recipe};
        // What asked for fewer of the same is said by this.
        std::erase_if(plan.more_seeds, [&](const std::string& text) {
            const MoreSeeds before = more_seeds_from(text);
            return before.lambda == lambda && before.recipe == recipe && before.seeds <= seeds;
        });
        plan.more_seeds.push_back(more_seeds_text(wanted));
    }
    return plan;
}

}  // namespace marginscope
