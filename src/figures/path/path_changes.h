// What lambda_m changes within each head and sigma of a path: a table of paired differences, rows
// the recipes, columns lambda_m.
//
// Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "core/colormap.h"
#include "core/messages/path.h"

namespace marginscope {

struct PathChanges {
    std::vector<PathRecipe> recipes;
    std::vector<double> lambdas;  // above 0
    /// Of the recipe and lambda of that row and column; null where nothing is paired yet.
    std::vector<const PairedDifference*> cells;
    ColorScale scale;  // diverging, 0 in the middle, the same limit on both sides

    const PairedDifference* at(std::size_t row, std::size_t column) const {
        return cells[row * lambdas.size() + column];
    }
};

/// `quantity` as PairedDifference names it. Points into `path`, which must outlive it. Models
/// trained with noise are left out.
PathChanges changes_of(const PathFrame& path, const std::string& quantity);

/// Every quantity that any difference of the path is of, "clean" first.
std::vector<std::string> changed_quantities(const PathFrame& path);

}  // namespace marginscope
