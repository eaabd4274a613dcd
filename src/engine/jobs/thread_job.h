// A job on a thread of its own. No torch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/jobs/job.h"

namespace marginscope {

/// Starts at once; its end of life asks for the job's end and waits for it.
class ThreadJob {
public:
    /// `on_end` is called on the thread when the job has ended, however it did.
    ThreadJob(std::string what, std::function<void(Job&)> work, std::function<void()> on_end = {});
    ~ThreadJob();
    ThreadJob(const ThreadJob&) = delete;
    ThreadJob& operator=(const ThreadJob&) = delete;

    Job& job() { return job_; }
    const Job& job() const { return job_; }

private:
    Job job_;
    std::jthread thread_;  // last: joins before the record goes
};

}  // namespace marginscope
