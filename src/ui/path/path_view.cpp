// Which part of a path the panels show.
#include "ui/path/path_view.h"

#include <algorithm>

#include "figures/path/path_recipes.h"

namespace marginscope {

std::shared_ptr<const PathFrame> shown_part(const std::shared_ptr<const PathFrame>& path,
                                            PathView& view) {
    if (path == nullptr) return path;
    const std::vector<PathRecipe> recipes = recipes_of(*path);
    if (recipes.size() < 2) return path;
    const bool known =
        view.recipe && std::find(recipes.begin(), recipes.end(), *view.recipe) != recipes.end();
    const PathRecipe recipe = known ? *view.recipe : usual_recipe(*path);
    const bool as_before = view.of == path && view.shown != nullptr && !view.shown->cells.empty() &&
                           view.shown->cells.front().recipe == recipe;
    if (as_before) return view.shown;
    view.of = path;
    view.shown = std::make_shared<const PathFrame>(with_recipe(*path, recipe));
    return view.shown;
}

}  // namespace marginscope
