// The heads and sigmas that a path tries, one at a time: curves over lambda_m and seeds mean
// something within one of them only. Pure functions, any thread.
#pragma once

#include <optional>
#include <vector>

#include "core/messages/path.h"

namespace marginscope {

/// Each once, in the order of the cells.
std::vector<PathRecipe> recipes_of(const PathFrame& path);

/// What is shown where nothing else was chosen: that of the proposal, else the first.
PathRecipe usual_recipe(const PathFrame& path);

/// The cells of one recipe and what they say; everything else as it is.
PathFrame with_recipe(const PathFrame& path, const PathRecipe& recipe);

}  // namespace marginscope
