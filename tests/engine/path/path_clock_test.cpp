// The time left of a path, against paths of which every duration is known.
#include "engine/path/path_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace marginscope {
namespace {

/// A path played through on `jobs` lanes with the given durations of the steps.
struct Played {
    double secs = 0;     // of the whole
    double worst = 0;    // relative error of the end foretold, once a cell is through
    bool falls = false;  // progress went back by more than a hundredth
};
Played play(const StepSecs& durations, int cells, int jobs) {
    PathPlan plan;
    PathClock clock(plan);
    constexpr double kTick = 0.5;
    struct Lane {
        int cell = -1;
        RunningStep step;
    };
    std::vector<Lane> lanes(static_cast<std::size_t>(jobs));
    std::vector<std::pair<double, double>> foretold;  // (now, end)
    int begun = 0, through = 0;
    double now = 0, last = 0;
    Played played;
    while (through < cells) {
        std::vector<RunningStep> running;
        double sum = through;
        for (Lane& lane : lanes) {
            if (lane.cell < 0 && begun < cells) lane = {begun++, {}};
            if (lane.cell >= 0) running.push_back(lane.step);
        }
        const StepSecs expected = clock.expected(running);
        for (const RunningStep& one : running)
            sum += clock.cell_share(one, expected, clock.timed(running));
        const double progress = sum / cells;
        EXPECT_LT(progress, 1.0);
        played.falls = played.falls || progress < last - 0.01;
        if (through > 0) last = progress;
        const double left = clock.secs_left(running, cells - begun, 0, jobs);
        if (through > 0) foretold.emplace_back(now, now + left);
        for (Lane& lane : lanes) {
            if (lane.cell < 0) continue;
            lane.step.secs += kTick;
            // Training tells of its steps, the others do not.
            if (lane.step.step == 0) lane.step.share = std::min(1.0, lane.step.secs / durations[0]);
            if (lane.step.secs < durations[lane.step.step]) continue;
            clock.ended(lane.step.step, 0, lane.step.secs);
            lane.step = {lane.step.step + 1, 0, 0, 0};
            if (lane.step.step < kCellSteps) continue;
            lane.cell = -1;
            ++through;
        }
        now += kTick;
    }
    played.secs = now;
    for (const auto& [at, end] : foretold)
        played.worst = std::max(played.worst, std::abs(end - now) / now);
    return played;
}

TEST(PathClock, ForetellsTheEndOnceACellIsThrough) {
    for (const StepSecs durations :
         {StepSecs{31, 24, 4, 6, 6}, StepSecs{200, 10, 1, 2, 2}, StepSecs{5, 60, 20, 10, 10}})
        for (const int jobs : {1, 2, 3}) {
            const Played played = play(durations, 6, jobs);
            EXPECT_LT(played.worst, 0.05) << jobs << " at once, training " << durations[0];
            EXPECT_FALSE(played.falls);
        }
}

TEST(PathClock, CountsWhatFollowsTheTraining) {
    PathPlan plan;
    PathClock clock(plan);
    clock.ended(0, 0, 30);
    clock.ended(1, 0, 40);
    const std::vector<RunningStep> trained = {{1, 0, 0, 10}};
    const StepSecs expected = clock.expected(trained);
    EXPECT_DOUBLE_EQ(expected[0], 30);
    EXPECT_DOUBLE_EQ(expected[1], 40);
    const double share = clock.cell_share(trained[0], expected, true);
    EXPECT_GT(share, 0.1);
    EXPECT_LT(share, 0.6) << "30 of at least 70 seconds, and 10 more";
    EXPECT_GE(clock.secs_left(trained, 0, 0, 1), 30);
}

TEST(PathClock, AResumedTrainingIsNoFasterThanItIs) {
    PathPlan plan;
    PathClock clock(plan);
    clock.ended(0, 0.75, 10);  // a quarter of the steps took ten seconds
    EXPECT_NEAR(clock.expected({})[0], 40, 1e-9);
    EXPECT_EQ(PathClock(plan).secs_left({}, 3, 0, 1), 0) << "nothing is known yet";
}

}  // namespace
}  // namespace marginscope
