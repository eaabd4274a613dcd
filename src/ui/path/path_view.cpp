// Which part of a path the panels show.
#include "ui/path/path_view.h"

#include <algorithm>

#include "figures/path/path_recipes.h"

namespace marginscope {

std::shared_ptr<const PathFrame> shown_part(const std::shared_ptr<const PathFrame>& path,
                                            PathView& view) {
    if (path == nullptr) return path;
    // A path is first seen in the unit of its own rule.
    if (!path->cells.empty() && view.unit_of != path->folder) {
        view.unit_of = path->folder;
        view.relative = path->noise_relative;
    }
    const std::vector<PathRecipe> recipes = recipes_of(*path);
    if (recipes.size() < 2) return path;
    const bool known = view.look.recipe && std::find(recipes.begin(), recipes.end(),
                                                     *view.look.recipe) != recipes.end();
    const PathRecipe recipe = known ? *view.look.recipe : usual_recipe(*path);
    const bool as_before = view.of == path && view.shown != nullptr && !view.shown->cells.empty() &&
                           view.shown->cells.front().recipe == recipe;
    if (as_before) return view.shown;
    view.of = path;
    view.shown = std::make_shared<const PathFrame>(with_recipe(*path, recipe));
    return view.shown;
}

}  // namespace marginscope
