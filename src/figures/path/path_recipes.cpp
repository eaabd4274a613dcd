// One recipe of a path at a time.
#include "figures/path/path_recipes.h"

#include <algorithm>

namespace marginscope {

std::vector<PathRecipe> recipes_of(const PathFrame& path) {
    std::vector<PathRecipe> recipes;
    for (const PathCell& cell : path.cells)
        if (std::find(recipes.begin(), recipes.end(), cell.recipe) == recipes.end())
            recipes.push_back(cell.recipe);
    return recipes;
}

PathRecipe usual_recipe(const PathFrame& path) {
    if (path.proposal) return path.proposal->recipe;
    return path.cells.empty() ? PathRecipe{} : path.cells.front().recipe;
}

PathFrame with_recipe(const PathFrame& path, const PathRecipe& recipe) {
    PathFrame one = path;
    std::erase_if(one.cells, [&](const PathCell& cell) { return cell.recipe != recipe; });
    std::erase_if(one.paired, [&](const auto& paired) { return paired.recipe != recipe; });
    std::erase_if(one.splits, [&](const auto& split) { return split.recipe != recipe; });
    return one;
}

}  // namespace marginscope
