// One token of the plane with its past held fixed, as a function of where it lies, in the closed
// form of two dimensions (E2 to E5, E13): what a picture, a cloud or a lattice needs at thousands
// of places. Numbers on screen come from Stage; this agrees with it to rounding.
//
// A value; const members may be called from several threads at once. Float64. Without attended
// tokens J = I and the mean is 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/playground/plane_shapes.h"

namespace marginscope {

class PositionMap {
public:
    PositionMap(const PlaygroundDocument& document, int i);

    /// What attention sees from a place: weights of the attended tokens (its own last where it
    /// attends to itself), their mean and covariance.
    struct View {
        std::vector<double> weights;
        PlanarPoint mean;
        PlanarCovariance covariance;
    };
    View view(PlanarPoint u) const;

    PlanarMatrix jacobian(PlanarPoint u) const;  // E5, with the terms of E13
    double det(PlanarPoint u) const;
    PlanarPoint residual(PlanarPoint u) const;  // u - mu(u), E4

    /// Sign of det J at all places of a lattice, row-major, rows at ys.
    std::vector<std::int8_t> signs(std::span<const double> xs, std::span<const double> ys) const;

private:
    struct Moments {
        double sum = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
        double own = 0;  // the token's own weight in `sum`
        void add(double weight, PlanarPoint at);
    };
    struct Token {
        PlanarPoint at;
        PlanarPoint key;  // A^T u_s
    };
    /// Own logit at u, where it attends to itself.
    double own_logit(PlanarPoint u) const;
    Moments moments(PlanarPoint u) const;
    PlanarMatrix jacobian(const Moments& m, PlanarPoint u) const;
    bool separable(std::span<const double> xs, std::span<const double> ys) const;

    std::vector<Token> past_;
    PlanarMatrix a_;  // with the scale
    bool strict_;
};

}  // namespace marginscope
