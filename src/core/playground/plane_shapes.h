// Shapes of the plane: A as what one sees of it, the ellipse of a covariance, what J makes of a
// circle.
//
// Pure functions; any thread; float64. Angles are in radians, counter-clockwise.
#pragma once

#include <vector>

#include "core/playground_document.h"

namespace marginscope {

/// A = sign R(rotation) S, S symmetric with the stretch `along` on the axis at `axis` and `across`
/// on the one at right angles to it (the polar form, with mirrors in the stretch): along >=
/// |across|, axis and rotation in [-pi/2, pi/2].
struct AxesForm {
    double axis = 0;
    double along = 1;
    double across = 1;
    double rotation = 0;
    int sign = 1;
    bool operator==(const AxesForm&) const = default;
};

AxesForm axes_form(const PlanarMatrix& a);
/// Back; any values serve.
PlanarMatrix matrix_of(const AxesForm& form);

/// A covariance of two coordinates.
struct PlanarCovariance {
    double xx = 0, xy = 0, yy = 0;
};

/// {x : (x - mean)^T C^-1 (x - mean) = 1}, closed, as `count` + 1 points; a line or a point where C
/// is singular.
std::vector<PlanarPoint> ellipse(PlanarPoint mean, const PlanarCovariance& c, int count);
/// M times the unit circle, closed, as `count` + 1 points.
std::vector<PlanarPoint> image_of_circle(const PlanarMatrix& m, int count);

}  // namespace marginscope
