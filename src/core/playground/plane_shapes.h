// Shapes of the plane: A as what one sees of it, the ellipse of a covariance, what J makes of a
// circle.
//
// Pure functions; any thread; float64. Angles are in radians, counter-clockwise.
#pragma once

#include <vector>

#include "core/playground_document.h"

namespace marginscope {

/// along >= |across|, axis and rotation in [-pi/2, pi/2].
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
