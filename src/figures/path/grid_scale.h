// In how many digits and over which colours the grid of a path shows a quantity.
//
// Pure functions, any thread.
#pragma once

#include <string>

#include "figures/path/path_curves.h"

namespace marginscope {

/// How the grid shows a quantity: as many decimals as tell seeds apart, and colours over a range in
/// which the spread between seeds stays a shade.
struct GridScale {
    double low = 0, high = 1;
    int decimals = 3;
    int values = 0;
    bool all_equal = false;  // one number for all of them
    double seed_spread = 0;  // standard deviation within a lambda, pooled; NaN with a single seed
};
GridScale grid_scale(const PathFrame& path, const CellQuantity& quantity, bool relative);
/// With the scale's decimals; a number that would read as 0 and is none in two digits of its own.
std::string grid_number(double value, const GridScale& scale);

}  // namespace marginscope
