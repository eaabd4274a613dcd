// The table of paired changes.
#include "figures/path/path_changes.h"

#include <algorithm>
#include <cmath>

#include "figures/path/path_curves.h"
#include "figures/path/path_recipes.h"

namespace marginscope {

PathChanges changes_of(const PathFrame& path, const std::string& quantity) {
    PathChanges changes;
    changes.recipes = recipes_of(path);
    changes.lambdas = lambdas_of(path);
    std::erase(changes.lambdas, 0.0);
    changes.cells.assign(changes.recipes.size() * changes.lambdas.size(), nullptr);
    double limit = 0;
    for (const PairedDifference& one : path.paired) {
        if (one.train_noise > 0 || one.quantity != quantity || !std::isfinite(one.mean)) continue;
        const auto row = std::find(changes.recipes.begin(), changes.recipes.end(), one.recipe);
        const auto column = std::find(changes.lambdas.begin(), changes.lambdas.end(), one.lambda);
        if (row == changes.recipes.end() || column == changes.lambdas.end()) continue;
        const auto at =
            (row - changes.recipes.begin()) * static_cast<std::ptrdiff_t>(changes.lambdas.size()) +
            (column - changes.lambdas.begin());
        changes.cells[static_cast<std::size_t>(at)] = &one;
        limit = std::max(limit, std::abs(one.mean));
    }
    if (!(limit > 0)) limit = 0.01;
    changes.scale = {-limit, limit, false, true};
    return changes;
}

std::vector<std::string> changed_quantities(const PathFrame& path) {
    std::vector<std::string> names;
    for (const PairedDifference& one : path.paired)
        if (one.train_noise == 0 &&
            std::find(names.begin(), names.end(), one.quantity) == names.end())
            names.push_back(one.quantity);
    std::stable_partition(names.begin(), names.end(),
                          [](const std::string& name) { return name == "clean"; });
    return names;
}

}  // namespace marginscope
