// When to draw the next frame: three after an event, at most 60 a second, and few while training
// needs the processor.
//
// Main thread; pure arithmetic over times in seconds, so that tests need no clock.
#pragma once

#include <algorithm>

namespace marginscope {

class FramePacer {
public:
    static constexpr double kFullRate = 60.0;
    // While training runs and the processor draws, the share of one core that goes into drawing and
    // the fewest frames a second; more while the user's hand moves. A step waits for its last
    // thread, so each frame holds up all of the training.
    static constexpr double kBusyShare = 0.04, kLeastRate = 2.5;
    static constexpr double kTouchedShare = 0.5, kTouchedRate = 5.0;
    static constexpr double kTouchedSecs = 0.5;
    static constexpr int kFramesAfterInput =
        3;  // what an event opens may need two frames to settle

    /// The user did something at `now`.
    void input(double now) {
        owed_ = kFramesAfterInput;
        touched_ = now;
    }
    /// New numbers arrived.
    void news() { owed_ = std::max(owed_, 1); }
    /// A frame was drawn and took `cost` seconds.
    void drawn(double now, double cost) {
        last_ = now;
        cost_ = cost_ <= 0 ? cost : 0.8 * cost_ + 0.2 * cost;
        owed_ = std::max(0, owed_ - 1);
    }

    bool owes() const { return owed_ > 0; }
    /// Seconds between two frames as things are. `yield`: training runs and the processor draws.
    double interval(double now, bool yield) const {
        const double full = 1.0 / kFullRate;
        if (!yield) return full;
        const bool touched = now - touched_ < kTouchedSecs;
        const double wanted = cost_ / (touched ? kTouchedShare : kBusyShare);
        return std::clamp(wanted, full, 1.0 / (touched ? kTouchedRate : kLeastRate));
    }
    /// Seconds until the owed frame is due; 0 when it is.
    double wait(double now, bool yield) const {
        return std::max(0.0, last_ + interval(now, yield) - now);
    }
    double mean_cost() const { return cost_; }

private:
    int owed_ = 3;
    double last_ = -1e9;
    double touched_ = -1e9;
    double cost_ = 0;
};

}  // namespace marginscope
