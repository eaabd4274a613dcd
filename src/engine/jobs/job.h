// One long piece of work as others see it: how far it is, how long it will take, whether it was
// stopped, why it failed. No torch.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "core/messages/status.h"

namespace marginscope {

enum class JobState { running, done, cancelled, failed };

/// The record between who works and who waits; where the work happens (a thread, a child process)
/// is the owner's affair. Any thread may call everything.
class Job {
public:
    /// `what` as a status line says it: "fitting a stage".
    explicit Job(std::string what);

    // ---- who works

    /// Runs `work` and ends the job by what comes of it: done, cancelled when that was asked for,
    /// failed with the sentence of what it throws. Throws nothing itself.
    void run(const std::function<void(Job&)>& work);
    /// Share done, 0 to 1.
    void report(double share);
    std::stop_token stop_token() const { return stop_.get_token(); }
    void finish();
    void fail(const std::string& sentence);

    // ---- who waits

    /// Asks for the end and returns at once; a job that has ended stays as it ended.
    void cancel();
    bool cancel_requested() const { return stop_.stop_requested(); }
    JobState state() const;
    bool running() const { return state() == JobState::running; }
    std::string error() const;
    /// Progress is -1 before the first report. Time left: as long as the done share took.
    JobStatus status() const;
    bool wait_for(double timeout_secs) const;

private:
    void end(JobState state, const std::string& error);

    std::string what_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::stop_source stop_;
    mutable std::mutex mutex_;
    mutable std::condition_variable ended_;
    JobState state_ = JobState::running;
    double share_ = -1;
    std::string error_;
};

}  // namespace marginscope
