// Where the token in question comes to rest for each lambda_m, and what that costs: the U of
// lambda_m. Too small, and the token rests where its map hardly holds; too large, and it rests far
// from what the data wants.
//
//     f(lambda) = |u - target|^2 / (2 sigma^2) + s^2 |J(u)^-1|_F^2 / (2 sigma^2),   u = u(lambda)
//
// Both terms are one pull: u = u(eps) moves by J^-1 n to first order when noise n ~ N(0, s^2 I) is
// added to what the map makes of it, and the second is what that adds to the pull on average. s is
// the document's noise. Pure functions; any thread; float64.
#pragma once

#include <optional>
#include <vector>

#include "core/playground_document.h"

namespace marginscope {

struct LambdaRest {
    double lambda = 0;
    PlanarPoint at;   // where the descent from where it stands ends (barrier_play.h)
    double away = 0;  // from the target
    std::optional<double> geometric;  // distance to the boundary there; empty: none found
    bool through = false;             // it went through the cliff on its way
    int crossings = 0;                // beyond where > 0: the map is folded
    double pull = 0;                  // what the data pays
    double noise = 0;                 // what noise adds to it; +inf on the boundary
    double share_crossed = 0;         // of the cloud around it

    double sum() const { return pull + noise; }
};

struct LambdaRests {
    std::vector<LambdaRest> rests;  // lambda rising, the first 0
    /// Index of the smallest sum of those that neither are beyond nor went through the cliff; empty
    /// where all are or did, or without noise.
    std::optional<std::size_t> best;
};

/// 0, then a power of ten in six steps each, from 0.001 to kLargestLambda.
std::vector<double> rest_lambdas();

/// Of the token in question when it descends from `from`.
LambdaRest lambda_rest(const PlaygroundDocument& document, PlanarPoint from, double lambda);

/// Puts rests of one document together.
LambdaRests lambda_rests(std::vector<LambdaRest> rests, double noise);

}  // namespace marginscope
