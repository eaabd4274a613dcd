// A sum of probabilities that grows term by term, held as a logarithm: nothing underflows however
// small all of them are. A value type; any thread.
#pragma once

#include <cmath>
#include <limits>

namespace marginscope {

class LogSum {
public:
    /// Adds exp(x); -inf adds nothing.
    void add(double x) {
        if (x <= largest_) {
            if (x > kNone) rest_ += std::exp(x - largest_);
        } else {
            rest_ = rest_ * std::exp(largest_ - x) + 1.0;
            largest_ = x;
        }
    }
    /// log of the sum; -inf where nothing was added.
    double log() const { return largest_ == kNone ? kNone : largest_ + std::log(rest_); }

private:
    static constexpr double kNone = -std::numeric_limits<double>::infinity();
    double largest_ = kNone;
    double rest_ = 0.0;  // the sum over exp(largest_)
};

}  // namespace marginscope
