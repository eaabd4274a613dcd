// The line det J = 0 (E6) of a sampled field, exact to a small fraction of a cell. No GL.
//
// Any thread. A field is log|det J| and its sign at rows x cols nodes of a regular grid; node (0,0)
// is a corner of the picture and node (rows-1, cols-1) the opposite one, whichever way up the
// caller counts. det itself overflows and spans many decades, so nothing interpolates it: along a
// grid edge with a sign change the crossing x0 is the one for which log|det| - log|x - x0| is
// smooth over the four nodes in line (its third difference is zero; second difference with three
// usable nodes, first with two, which is linear interpolation of det). That is exact for det = (x -
// x0) exp(quadratic) and independent of the field's scale.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace marginscope {

// Views; the data must outlive the call. sign: -1, 0, +1 (0 with log|det| = -inf: exactly
// singular). A NaN node has no sign, and the four cells around it have no line.
struct BoundaryField {
    std::span<const float> logdet;      // rows * cols, row-major
    std::span<const std::int8_t> sign;  // rows * cols
    int rows = 0;
    int cols = 0;
};

// In node units: x along columns (0 to cols-1), y along rows (0 to rows-1).
struct Segment {
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

// Crossings on the two edges that start at a node: to the right and downwards, as a share of the
// edge, -1 for none; and for a cell (named by its top left node) with four crossings, whether the
// positive corners are joined through the middle.
struct EdgeCrossing {
    float right = -1.0F;
    float down = -1.0F;
    float positive_joined = 0.0F;
    float node_sign = 0.0F;  // -1 or +1; 0 where the node has none (NaN)
};

// One per node, row-major. Throws UserError when the spans do not have rows * cols entries or a
// side is below 2.
std::vector<EdgeCrossing> edge_crossings(const BoundaryField& field);

// The line as segments, at most two a cell, so directed that (x1-x0)(y-y0) - (y1-y0)(x-x0) > 0
// where det > 0.
std::vector<Segment> zero_contour(const BoundaryField& field);

}  // namespace marginscope
