// Clean against noisy loss as means over seeds, and the front of those that no other one beats in
// both.
//
// Pure functions, any thread.
#pragma once

#include <vector>

#include "core/statistics.h"
#include "figures/path/path_curves.h"

namespace marginscope {

/// One lambda and training noise over the seeds that all points share: means with Student's 95 %
/// intervals.
struct FrontPoint {
    double lambda = 0, train_noise = 0;
    int seeds = 0;
    Interval clean, noisy;
    bool front = false;  // no other point is as good in both and better in one
};

/// In rising order of training noise and lambda. A point without a seed in common with the others
/// is left out, and so is one whose seeds split: its mean is of no model.
std::vector<FrontPoint> front_points(const PathFrame& path, const CellQuantity& noisy,
                                     bool relative);

/// The points of the front in rising order of clean loss.
std::vector<FrontPoint> front_of(const std::vector<FrontPoint>& points);

/// The noise that clean loss is weighed against: the sigma of that rank, the middle one for a rank
/// below 0. Of `sigmas_of`, which must not be empty.
std::size_t weighed_sigma(const std::vector<double>& sigmas, int rank);

}  // namespace marginscope
