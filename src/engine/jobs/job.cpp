// The record of a job.
#include "engine/jobs/job.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace marginscope {

using Clock = std::chrono::steady_clock;

Job::Job(std::string what) : what_(std::move(what)) {}

void Job::run(const std::function<void(Job&)>& work) {
    try {
        work(*this);
        finish();
    } catch (const std::exception& error) {
        fail(error.what());
    }
}

void Job::report(double share) {
    const std::lock_guard lock(mutex_);
    share_ = std::clamp(share, 0.0, 1.0);
}

void Job::finish() { end(cancel_requested() ? JobState::cancelled : JobState::done, ""); }

void Job::fail(const std::string& sentence) { end(JobState::failed, sentence); }

void Job::end(JobState state, const std::string& error) {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != JobState::running) return;
        state_ = state;
        error_ = error;
        if (state == JobState::done) share_ = 1;
    }
    ended_.notify_all();
}

void Job::cancel() { stop_.request_stop(); }

JobState Job::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::string Job::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

JobStatus Job::status() const {
    const std::lock_guard lock(mutex_);
    JobStatus status;
    status.what = what_;
    status.progress = share_;
    const double secs = std::chrono::duration<double>(Clock::now() - began_).count();
    if (share_ > 0) status.eta_secs = secs * (1 - share_) / share_;
    return status;
}

bool Job::wait_for(double timeout_secs) const {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, std::chrono::duration<double>(timeout_secs),
                           [this] { return state_ != JobState::running; });
}

}  // namespace marginscope
