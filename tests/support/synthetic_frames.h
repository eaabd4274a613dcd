// Frames made of formulas instead of a model, for tests and pictures of the interface: a usual set,
// an empty one, one full of values that are not finite, and one as large as the window must bear.
// The same seed gives the same frames.
#pragma once

#include "core/messages/frames.h"

namespace marginscope::synthetic {

struct Size {
    int characters = 150;  // of the line; a tenth of it is the future
    int context = 64;
    int layers = 4;
    int heads = 4;
    int grid = 96;
    int tree_branches = 6;
    int path_lambdas = 6;
    int path_seeds = 3;
};

Frames usual(const Size& size = {});
/// Every frame is there and has nothing in it.
Frames empty();
/// One character, one head, a grid of 2 × 2.
Frames tiny();
/// Half of all numbers are NaN, and some are infinite.
Frames not_finite();
/// Every number has all the digits it can have, and every label is long.
Frames wide();
/// 4,000 characters, 12 layers × 12 heads over a window of 256, a slice of 256 × 256.
Frames largest();

/// One run of training as its events, `steps` long, with evaluations and two marks.
std::vector<TrainingEvent> training_events(int steps);

}  // namespace marginscope::synthetic
