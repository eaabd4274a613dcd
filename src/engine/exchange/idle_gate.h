// Whether all that was asked for is done: the loop says, others wait. No torch.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace marginscope {

/// `sent` by any thread before a wish is queued; `done` and `set_idle` by the loop's.
class IdleGate {
public:
    void sent() {
        const std::lock_guard lock(mutex_);
        ++sent_;
        idle_ = false;
    }

    void done() {
        const std::lock_guard lock(mutex_);
        ++done_;
    }

    void set_idle(bool idle) {
        {
            const std::lock_guard lock(mutex_);
            idle_ = idle;
        }
        changed_.notify_all();
    }

    /// Waits until everything sent is done and the loop has nothing to do; false when the time is
    /// over first.
    bool wait(double timeout_secs) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::duration<double>(timeout_secs),
                                 [this] { return idle_ && done_ == sent_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t sent_ = 0;
    std::uint64_t done_ = 0;
    bool idle_ = false;
};

}  // namespace marginscope
