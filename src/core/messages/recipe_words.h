// A recipe of a path in words: "own head, sigma learned". Any thread.
#pragma once

#include <string>

#include "core/messages/path.h"
#include "core/run/sigma_rule.h"

namespace marginscope {

inline std::string recipe_words(const PathRecipe& recipe) {
    const auto rule = sigma_rule_from(recipe.stage_sigma);
    const bool number = rule && rule->kind == SigmaRule::Kind::fixed;
    return std::string(recipe.tied ? "tied head" : "own head") + ", sigma " + recipe.stage_sigma +
           (number ? " × RMS" : "");
}

}  // namespace marginscope
