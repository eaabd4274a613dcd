// Turns of equal length, calibrated by a call or two of each contender.
#include "bench/contest.h"

#include <algorithm>
#include <cmath>

#include "bench/figures.h"
#include "cli/progress.h"
#include "core/statistics.h"

namespace marginscope {
namespace {

constexpr double kTurnSecs = 0.3;
constexpr int kMostTurns = 10;

double secs_of(const Contender& contender, int calls) {
    const auto start = BenchClock::now();
    for (int k = 0; k < calls; ++k) contender.call();
    if (contender.finish) contender.finish();
    return seconds_since(start) / calls;
}

struct Turn {
    int calls = 1;
    int every = 1;  // turn: what takes long joins some of them
};

/// Calls that fill `turn_secs`. The first call of all allocates: where even it tells that a turn
/// has room for one call only, there is no second one.
Turn turn_of(const Contender& contender, double turn_secs) {
    const double first = secs_of(contender, 1);
    if (first > 2 * turn_secs) return {contender.least_calls, first > 4 * turn_secs ? 3 : 1};
    const double calls = std::clamp(turn_secs / secs_of(contender, 1), 1.0, 1e6);
    return {std::max(contender.least_calls, static_cast<int>(std::lround(calls))), 1};
}

}  // namespace

double Timings::ratio(std::size_t a, std::size_t b) const {
    std::vector<double> ratios;
    for (std::size_t turn = 0; turn < secs[a].size(); ++turn)
        ratios.push_back(secs[a][turn] / secs[b][turn]);
    return median(ratios);
}

double Timings::mean_ratio(std::size_t a, std::size_t b) const {
    double of_a = 0.0;
    double of_b = 0.0;
    for (std::size_t turn = 0; turn < secs[a].size(); ++turn) {
        if (!std::isfinite(secs[a][turn] + secs[b][turn])) continue;
        of_a += secs[a][turn];
        of_b += secs[b][turn];
    }
    return of_a / of_b;
}

double Timings::rate(std::size_t contender) const { return 1.0 / median(secs[contender]); }

int turns_for(const BenchSettings& settings) {
    return static_cast<int>(
        std::clamp(std::lround(settings.secs / kTurnSecs), 1L, long{kMostTurns}));
}

Timings hold_contest(const std::vector<Contender>& contenders, const BenchSettings& settings,
                     const std::string& label) {
    ProgressLine progress(label);
    const int turns = turns_for(settings);
    std::vector<Turn> plans;
    for (const Contender& contender : contenders)
        plans.push_back(turn_of(contender, settings.secs / turns));
    Timings timings;
    timings.secs.resize(contenders.size());
    const std::size_t total = static_cast<std::size_t>(turns) * contenders.size();
    for (int turn = 0; turn < turns; ++turn) {
        if (turn > 0 && settings.stop.stop_requested()) break;
        for (std::size_t k = 0; k < contenders.size(); ++k) {
            const std::size_t at = turn % 2 == 0 ? k : contenders.size() - 1 - k;
            timings.secs[at].push_back(turn % plans[at].every == 0
                                           ? secs_of(contenders[at], plans[at].calls)
                                           : std::nan(""));
            progress.update(static_cast<std::size_t>(turn) * contenders.size() + k + 1, total);
        }
    }
    return timings;
}

}  // namespace marginscope
