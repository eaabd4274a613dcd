// Numbers of a path arranged for drawing: quantities of a cell, the axis with a slot for 0.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/messages/frames.h"

namespace marginscope {

/// A number that a finished cell has. Noise quantities are named by their sigma.
struct CellQuantity {
    std::string name;
    std::string unit;
    std::optional<double> (*value)(const PathCell&, double sigma, bool relative) = nullptr;
    double sigma = 0;
    std::string direction;  // which end is the good one: "lower is better"
};
std::optional<double> value_of(const CellQuantity& quantity, const PathCell& cell, bool relative);

CellQuantity clean_loss();
CellQuantity noisy_loss(double sigma, bool relative);
CellQuantity sigma_min_median();
CellQuantity sigma_min_p5();
CellQuantity sigma_min_smallest();
CellQuantity logdet_mean();
CellQuantity share_beyond();
CellQuantity embedding_rms();
/// What the grid can be coloured by: all of the above, a loss for every sigma of the path.
std::vector<CellQuantity> grid_quantities(const PathFrame& path, bool relative);

/// Sigmas that any finished cell has, in rising order.
std::vector<double> sigmas_of(const PathFrame& path, bool relative);
/// lambda_m or training noise of any cell, in rising order.
std::vector<double> lambdas_of(const PathFrame& path);
std::vector<double> train_noises_of(const PathFrame& path);

/// Where lambda stands on an axis that is logarithmic with a slot of its own for 0: log10, and one
/// gap left of the smallest.
struct LambdaAxis {
    double zero_at = -4;
    double smallest = 1e-3, largest = 1;
    explicit LambdaAxis(const std::vector<double>& lambdas);
    double at(double lambda) const;
};

}  // namespace marginscope
