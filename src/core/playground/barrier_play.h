// The barrier at work on the token in question: a pull to a target against lambda_m times the
// barrier (E7), its gradient (E11), a step of descent, and the objective along a line.
//
//     f(u) = |u - target|^2 / (2 sigma^2) + lambda b(u),   b = -log|det J(u)|
//
// Pure functions; any thread; float64. The barrier is in nats, +inf on the boundary.
#pragma once

#include "core/playground_document.h"

namespace marginscope {

struct PlayValue {
    double pull = 0;
    double barrier = 0;  // b, without lambda
    double total = 0;
    PlanarPoint gradient;  // of the total; not finite on the boundary
    int sign = 1;          // of det J
};

/// At `u`, the past of the token in question held fixed.
PlayValue play_value(const PlaygroundDocument& document, PlanarPoint u);

/// One step down the gradient, a tenth of the way that the pull alone would go and 0.1 at most.
/// With a barrier the step is halved until the total falls and the side of the boundary stays;
/// without one it goes where it goes.
PlanarPoint descent_step(const PlaygroundDocument& document, PlanarPoint u);

/// A step shorter than this ends a descent, in units of the plane.
inline constexpr double kAtRest = 5e-4;
struct DescentEnd {
    PlanarPoint at;
    bool through = false;  // det J had another sign on the way than where it began
};
/// Where such steps from `u` end; after 1,000 of them in any case.
DescentEnd descent_end(const PlaygroundDocument& document, PlanarPoint u);

struct PlayCurvePoint {
    double along = 0;  // from the target, in units of the plane
    PlanarPoint at;
    double pull = 0;
    double barrier = 0;  // lambda b
    double total = 0;
};

/// The objective from the target through `through` (along x where the two coincide) to the edge of
/// the plane: `count` points and, between them, each crossing of det J = 0, where the barrier is
/// +inf.
std::vector<PlayCurvePoint> play_curve(const PlaygroundDocument& document, PlanarPoint through,
                                       int count);

}  // namespace marginscope
