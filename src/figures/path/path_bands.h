// Means and ranges over the seeds of a path, for curves.
//
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "figures/path/path_curves.h"

namespace marginscope {

/// Of seeds that stand together where those of a lambda split.
struct BandGroup {
    double mean = 0, low = 0, high = 0;
    int seeds = 0;
};
struct BandPoint {
    double lambda = 0, mean = 0, low = 0, high = 0;
    int seeds = 0;
    std::vector<BandGroup> groups = {};  // two where the seeds split: `mean` is of neither then

    bool split() const { return !groups.empty(); }
};
/// Mean with smallest and largest over the seeds that all points of the band share, so that a
/// difference between two points is never one between two sets of seeds. A lambda that shares no
/// seed with the others, or has no value yet, has no point. Where `path` knows of a split, it is
/// one in every quantity: the seeds of a group are the same models.
std::vector<BandPoint> band(const PathFrame& path, const CellQuantity& quantity, double train_noise,
                            bool relative);

/// The stretches of a band between its splits: a line of means ends before one and begins after it.
/// First and one past the last point of each.
std::vector<std::pair<std::size_t, std::size_t>> unbroken(const std::vector<BandPoint>& points);

/// What every seed says by itself, whether the others have got there or not.
struct SeedLine {
    std::int64_t seed = 0;
    std::vector<double> lambdas, values;
};
std::vector<SeedLine> seed_lines(const PathFrame& path, const CellQuantity& quantity,
                                 double train_noise, bool relative);

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
