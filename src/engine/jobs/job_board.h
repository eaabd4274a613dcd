// The jobs that run beside the loop: started on threads of their own, listed in the status, stopped
// by CancelJob, ended on the loop's thread. No torch; the loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/model.h"
#include "core/messages/status.h"
#include "engine/exchange/session_context.h"
#include "engine/jobs/thread_job.h"

namespace marginscope {

class JobBoard {
public:
    explicit JobBoard(SessionContext& context);
    /// Asks every job to stop and waits for them; what they would have done then is dropped.
    ~JobBoard();

    /// Starts `work` on a thread of its own. When it is done `then` is called in collect(); when
    /// it was stopped or failed that is told instead: `stopped`, or that nothing changed. Returns
    /// the job's number.
    int start(const std::string& what, std::function<void(Job&)> work, std::function<void()> then,
              const std::string& stopped = "");
    /// Ends what has ended: continuations and messages. `then` may throw; the rest waits for the
    /// next call.
    void collect();
    bool idle() const { return jobs_.empty(); }
    bool running(int job) const;
    std::vector<JobStatus> statuses() const;

    /// UserError for a number that no running job has.
    void handle(const CancelJob& wish);

private:
    struct Entry {
        int number = 0;
        std::string what;
        std::function<void()> then;
        std::string stopped;
        std::unique_ptr<ThreadJob> job;
    };

    SessionContext& context_;
    std::vector<Entry> jobs_;
    int last_number_ = 0;
};

}  // namespace marginscope
