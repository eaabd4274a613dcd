// Rivals measured against each other: they take turns, so that a machine that slows down slows all
// of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/cli.h"

namespace marginscope {

struct Contender {
    std::string name;
    std::function<void()> call;
    int least_calls = 1;  // in one turn: more where calls differ by chance
    // Waits for what the calls have only started, in the time that is measured; empty: nothing to.
    std::function<void()> finish = {};
};

/// Seconds of one call, one value for each turn; not a number where a slow contender sat out.
struct Timings {
    std::vector<std::vector<double>> secs;  // [contender][turn]

    /// Median over the turns of a's time over b's in the same turn.
    double ratio(std::size_t a, std::size_t b) const;
    /// All of a's time over all of b's: for calls that differ by chance, of which a median would
    /// keep the cheap ones.
    double mean_ratio(std::size_t a, std::size_t b) const;
    /// Median of the calls a second.
    double rate(std::size_t contender) const;
};

/// How often rivals take turns: ten times at the default seconds, once when there is no time.
int turns_for(const BenchSettings& settings);

/// Each contender gets about settings.secs over all turns, and every second turn goes in the
/// opposite order. `label` names the progress line. After a stop request at least one turn is
/// complete.
Timings hold_contest(const std::vector<Contender>& contenders, const BenchSettings& settings,
                     const std::string& label);

}  // namespace marginscope
