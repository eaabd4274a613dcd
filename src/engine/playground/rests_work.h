// The curve over lambda_m of the Playground, computed beside what the hand does: once nothing it
// depends on has changed for a moment, one lambda_m at a time.
//
// The worker's thread only.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/playground/lambda_rests.h"

namespace marginscope {

class RestsWork {
public:
    using Clock = std::chrono::steady_clock;
    /// What is still being moved is left alone.
    static constexpr std::chrono::milliseconds kQuiet{150};

    /// The curve of this document when the token in question descends from `from`. Nothing happens
    /// where it is that of the last call: lambda_m itself, and how far a descent has come, do not
    /// matter.
    void ask(const PlaygroundDocument& document, PlanarPoint from, Clock::time_point now);
    /// When there is something to do; empty: the last curve is the one asked for.
    std::optional<Clock::time_point> due() const { return due_; }
    /// Does some of it when it is due; true when a curve has become whole.
    bool go_on(Clock::time_point now);
    /// The last whole curve; nullptr before the first.
    std::shared_ptr<const LambdaRests> last() const { return last_; }

private:
    PlaygroundDocument document_;  // with what does not matter taken out
    PlanarPoint from_;
    std::vector<LambdaRest> done_;
    std::optional<Clock::time_point> due_;
    std::shared_ptr<const LambdaRests> last_;
};

}  // namespace marginscope
