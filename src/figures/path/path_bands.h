// Means and ranges over the seeds of a path, for curves.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "figures/path/path_curves.h"

namespace marginscope {

struct BandPoint {
    double lambda = 0, mean = 0, low = 0, high = 0;
    int seeds = 0;
};
/// Mean with smallest and largest over the seeds that all points of the band share, so that a
/// difference between two points is never one between two sets of seeds. A lambda that shares no
/// seed with the others, or has no value yet, has no point.
std::vector<BandPoint> band(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                            bool relative);

/// The seeds of band(): those with a value at every lambda that has any. Where there are none, the
/// lambdas with the fewest seeds are left out first, lambda 0 last.
struct SharedSeeds {
    std::vector<std::int64_t> seeds;
    std::vector<double> lambdas;
    int left_out = 0;  // values that a lambda has beyond those seeds
};
SharedSeeds shared_seeds(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                         bool relative);

}  // namespace marginscope
