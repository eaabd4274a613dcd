// A recipe of a path in words: "own head, sigma learned". Any thread.
#pragma once

#include <string>

#include "core/messages/path.h"

namespace marginscope {

inline std::string recipe_words(const PathRecipe& recipe) {
    const bool number = recipe.stage_sigma.find_first_not_of("0123456789.e+-") == std::string::npos;
    return std::string(recipe.tied ? "tied head" : "own head") + ", sigma " + recipe.stage_sigma +
           (number ? " × RMS" : "");
}

}  // namespace marginscope
