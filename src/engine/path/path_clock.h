// How far a path is and how long it still takes, from what its steps took so far.
//
// Pure: times come from the caller. The path's thread.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "core/messages/path.h"

namespace marginscope {

/// train, fit, margins, and noise in either unit: the order of cell_steps().
inline constexpr std::size_t kCellSteps = 5;
using StepSecs = std::array<double, kCellSteps>;

/// A step at work: where its share of work stood when it began (a resumed training starts above 0)
/// and stands now as far as it tells, and for how long it runs.
struct RunningStep {
    std::size_t step = 0;
    double began_at = 0;
    double share = 0;
    double secs = 0;
};

class PathClock {
public:
    /// Until steps have ended, their durations relate as the plan's numbers of tokens let expect.
    explicit PathClock(const PathPlan& plan);

    /// A step ended that did (1 - began_at) of its work in `secs`.
    void ended(std::size_t step, double began_at, double secs);

    /// What each step takes. Seconds once anything has been timed, else only in proportion.
    StepSecs expected(std::span<const RunningStep> running) const;
    bool timed(std::span<const RunningStep> running) const;

    /// Share of a cell's work that is done, below 1.
    double cell_share(const RunningStep& step, const StepSecs& expected, bool timed) const;
    /// With `waiting` cells that have done `waiting_share` of their work together.
    double secs_left(std::span<const RunningStep> running, int waiting, double waiting_share,
                     int jobs) const;

private:
    StepSecs guess_{};   // relative work
    StepSecs secs_{};    // spent in ended steps,
    StepSecs amount_{};  // which came to so many whole ones
};

/// Share of a cell's work before `step` begins, when nothing has been timed.
double share_before(const PathPlan& plan, std::size_t step, double within);

}  // namespace marginscope
