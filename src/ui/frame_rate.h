// Frames a second over the last half second, and what all frames cost.
//
// Main thread; pure arithmetic over times in seconds.
#pragma once

namespace marginscope {

class FrameRate {
public:
    /// A frame was drawn at `now` and took `cost`. True when there is a new figure.
    bool drawn(double now, double cost) {
        constexpr double kEverySecs = 0.5;
        secs_ += cost;
        ++frames_;
        if (now - since_ < kEverySecs) return false;
        fps_ = frames_ / (now - since_);
        since_ = now;
        frames_ = 0;
        return true;
    }
    double fps() const { return fps_; }
    double secs() const { return secs_; }

private:
    double secs_ = 0, since_ = 0, fps_ = 0;
    int frames_ = 0;
};

}  // namespace marginscope
