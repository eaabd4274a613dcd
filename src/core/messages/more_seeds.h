// Seeds that a path has at some lambda only, beyond those it has everywhere: what
// PathPlan::more_seeds says, as "LAMBDA:SEEDS" or "LAMBDA:SEEDS:HEAD:SIGMA".
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/messages/path.h"

namespace marginscope {

struct MoreSeeds {
    double lambda = 0;
    int seeds = 0;                     // in all, from the plan's first seed on
    std::optional<PathRecipe> recipe;  // none: every one

    bool operator==(const MoreSeeds&) const = default;
};

/// UserError where the text says something else.
MoreSeeds more_seeds_from(const std::string& text);
std::string more_seeds_text(const MoreSeeds& more);

/// Seeds of a cell without training noise at that lambda.
int planned_seeds(const PathPlan& plan, double lambda, const PathRecipe& recipe);
/// The largest number of seeds at any lambda.
int most_seeds(const PathPlan& plan);

/// The same plan with `seeds` in all at each of the lambda; what it has more of stays.
PathPlan with_more_seeds(PathPlan plan, const std::vector<double>& lambdas,
                         const std::optional<PathRecipe>& recipe, int seeds);

}  // namespace marginscope
