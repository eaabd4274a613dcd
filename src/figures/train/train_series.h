// What training has told so far: one sample per step, evaluations and marks, kept for the plots.
//
// Main thread. Filled by TrainHistory::take() with Engine::take_training_events(), in order.
// Nothing is thinned out: a million steps are some 60 MB; thin() makes what a plot of a given width
// can show.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/messages/frames.h"

namespace marginscope {

struct TrainSeries {
    std::string label;
    std::vector<TrainingSample> samples;
    std::vector<EvalSample> evals;
    std::vector<MarginSample> margins;
    std::vector<LiveMark> marks;
    std::uint64_t version = 0;  // grows with every event

    void add(const RunNews& news);
    bool empty() const { return samples.empty() && evals.empty(); }
};

/// A training and the fork that left it.
struct TrainHistory {
    TrainSeries run;
    TrainSeries fork;  // with what it shares with the run
    bool forked = false;
    std::int64_t forked_at = 0;  // both are one up to this step
    std::uint64_t begun = 0;     // counts the runs: a kept fork is another one than its parent

    void take(const std::vector<TrainingEvent>& events);
};

struct Curve {
    std::vector<double> x, y;
};

/// Cross-entropy of the validation part at each evaluation.
Curve validation_of(const TrainSeries& series, std::int64_t from_step = 0);

/// The curve of `value` over the samples, in at most two points for each of `columns` columns: the
/// smallest and the largest of a column, in their order, so that no spike is lost. `smooth` > 1
/// averages over as many steps first. NaN values are left out.
Curve thin(std::span<const TrainingSample> samples,
           const std::function<float(const TrainingSample&)>& value, int columns, int smooth = 1);

/// What the fork's training loss is beyond its parent's over the last steps that both have done
/// since they parted: both read the same batches, so the differences are paired.
struct ForkDifference {
    double mean = 0, spread = 0;  // nats; standard deviation over the steps, NaN for one
    int steps = 0;
};
/// Over at most `most` steps; nothing before both have done one.
std::optional<ForkDifference> fork_difference(const TrainHistory& history, int most);

}  // namespace marginscope
