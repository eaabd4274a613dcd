// A job in a child process. No torch; one owner, on one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/jobs/child_process.h"
#include "engine/jobs/job.h"

namespace marginscope {

/// Exit code 0 is done; after `cancel`, or with 130, it was stopped; any other code is a failure
/// that says the code and the last line of the child's log.
class ChildJob {
public:
    /// As ChildProcess: UserError when it cannot start.
    ChildJob(std::string what, const std::vector<std::string>& arguments, const std::string& output,
             const std::string& log);

    /// Looks whether the child has ended, and ends the job with it; never waits. True when it has.
    bool poll();
    /// Asks the child to save and stop.
    void cancel();
    void wait();

    Job& job() { return job_; }
    const Job& job() const { return job_; }

private:
    void ended(int code);

    std::string name_;  // of what runs, for sentences: "`train`"
    std::string log_;
    Job job_;
    ChildProcess child_;
};

}  // namespace marginscope
