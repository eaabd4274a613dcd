// The line det J = 0 as smooth curves: zero_contour()'s points joined by splines instead of chords.
// No GL.
//
// Any thread. Units as in zero_contour.h (x along columns, y along rows, in nodes). The picture
// draws exactly these curves; an export that wants the same line uses them too.
#pragma once

#include <vector>

#include "core/zero_contour.h"

namespace marginscope {

struct ContourPoint {
    double x = 0, y = 0;
};

// A curve as short straight pieces. Closed: the last point equals the first. The side with det > 0
// is as in Segment.
struct ZeroLine {
    std::vector<ContourPoint> points;
    bool closed = false;
};

// Pieces are at most about `step` nodes long. Crossings closer than a third of a node to the one
// before are passed over: their small errors would turn into kinks. Throws UserError as
// edge_crossings() does.
std::vector<ZeroLine> zero_lines(const BoundaryField& field, double step = 0.25);

}  // namespace marginscope
