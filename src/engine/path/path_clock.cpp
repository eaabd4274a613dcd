// Time left of a path: learnt durations, laid out over the jobs.
#include "engine/path/path_clock.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace marginscope {
namespace {

constexpr double kTold = 0.02;       // a share from which a running step's pace is believed
constexpr double kAlmostAll = 0.95;  // of a step that runs longer than expected

/// Tokens that each step works through, weighed by a rough guess of what a token costs there
/// against one in training; the first cells that end correct it.
StepSecs guess_of(const PathPlan& plan) {
    constexpr double kFitSteps = 2000, kFitWindows = 4, kFitWeight = 0.15, kMarginWeight = 3.5,
                     kNoiseWeight = 0.3, kAllWindows = 1500;
    const double context = plan.config.model.context;
    const double windows = plan.noise_windows > 0 ? plan.noise_windows : kAllWindows;
    const auto noise = [&](const std::vector<double>& sigmas) {
        return kNoiseWeight * windows * context *
               (1.0 + static_cast<double>(sigmas.size()) * plan.draws);
    };
    return {std::max(1.0, static_cast<double>(plan.config.train.steps)) * plan.config.train.batch *
                context,
            kFitWeight * kFitSteps * kFitWindows * context, kMarginWeight * plan.positions,
            noise(plan.sigmas), noise(plan.relative_sigmas)};
}

double sum(const StepSecs& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double share_of(const StepSecs& expected, std::size_t step, double within) {
    double done = step < kCellSteps ? within * expected[step] : 0.0;
    for (std::size_t k = 0; k < std::min(step, kCellSteps); ++k) done += expected[k];
    return done / sum(expected);
}

}  // namespace

PathClock::PathClock(const PathPlan& plan) : guess_(guess_of(plan)) {}

void PathClock::ended(std::size_t step, double began_at, double secs) {
    secs_[step] += secs;
    amount_[step] += 1.0 - began_at;
}

bool PathClock::timed(std::span<const RunningStep> running) const {
    return sum(amount_) > 0 || std::any_of(running.begin(), running.end(), [](const auto& one) {
               return one.share - one.began_at >= kTold;
           });
}

StepSecs PathClock::expected(std::span<const RunningStep> running) const {
    StepSecs secs = secs_, amount = amount_;
    for (const RunningStep& one : running) {
        if (amount_[one.step] > 0 || one.share - one.began_at < kTold) continue;
        secs[one.step] += one.secs;
        amount[one.step] += one.share - one.began_at;
    }
    double guessed = 0;
    for (std::size_t k = 0; k < kCellSteps; ++k) guessed += guess_[k] * amount[k];
    const double pace = guessed > 0 ? sum(secs) / guessed : 1.0;
    StepSecs result;
    for (std::size_t k = 0; k < kCellSteps; ++k)
        result[k] = amount[k] > 0 ? secs[k] / amount[k] : pace * guess_[k];
    return result;
}

double PathClock::cell_share(const RunningStep& step, const StepSecs& expected, bool timed) const {
    double within = step.share;
    if (timed && expected[step.step] > 0)
        within =
            std::max(within, std::min(step.began_at + step.secs / expected[step.step], kAlmostAll));
    return share_of(expected, step.step, std::min(within, 1.0));
}

// The next cell goes to whichever job is free first, as the path's thread does it.
double PathClock::secs_left(std::span<const RunningStep> running, int waiting, double waiting_share,
                            int jobs) const {
    if (!timed(running)) return 0;
    const StepSecs each = expected(running);
    const double whole = sum(each);
    std::vector<double> lanes;
    for (const RunningStep& one : running)
        lanes.push_back(whole * (1.0 - cell_share(one, each, true)));
    while (static_cast<int>(lanes.size()) < jobs) lanes.push_back(0);
    const double each_waiting = waiting > 0 ? whole * (1.0 - waiting_share / waiting) : 0;
    for (int k = 0; k < waiting; ++k) *std::min_element(lanes.begin(), lanes.end()) += each_waiting;
    return lanes.empty() ? 0 : *std::max_element(lanes.begin(), lanes.end());
}

double share_before(const PathPlan& plan, std::size_t step, double within) {
    return share_of(guess_of(plan), step, within);
}

}  // namespace marginscope
