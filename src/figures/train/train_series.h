// What training has told so far: one sample per step, evaluations and marks, kept for the plots.
//
// Main thread. Filled by take() with Engine::take_training_events(), in order. Nothing is thinned
// out: a million steps are some 60 MB; thin() makes what a plot of a given width can show.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/messages/frames.h"

namespace marginscope {

struct TrainSeries {
    std::string label;
    std::vector<TrainingSample> samples;
    std::vector<EvalSample> evals;
    std::vector<LiveMark> marks;
    std::uint64_t version = 0;  // grows with every event

    void take(const std::vector<TrainingEvent>& events);
    bool empty() const { return samples.empty() && evals.empty(); }
};

struct Curve {
    std::vector<double> x, y;
};

/// Cross-entropy of the validation part at each evaluation.
Curve validation_of(const TrainSeries& series);

/// The curve of `value` over the samples, in at most two points for each of `columns` columns: the
/// smallest and the largest of a column, in their order, so that no spike is lost. `smooth` > 1
/// averages over as many steps first. NaN values are left out.
Curve thin(const std::vector<TrainingSample>& samples,
           const std::function<float(const TrainingSample&)>& value, int columns, int smooth = 1);

}  // namespace marginscope
