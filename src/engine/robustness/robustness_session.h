// The Robustness workspace's session: starts measurements as jobs and shows what they have found.
// No torch in this header; the worker's thread only.
#pragma once

#include <memory>

#include "core/messages/robustness.h"
#include "engine/exchange/session_context.h"
#include "engine/jobs/job_board.h"
#include "engine/model/model_shelf.h"
#include "engine/robustness/robustness_run.h"

namespace marginscope {

class RobustnessSession {
public:
    /// `threads`: of a measurement; the numbers are those of the command line with as many.
    RobustnessSession(SessionContext& context, JobBoard& jobs, ModelShelf& shelf, int threads);

    /// Shows what is new since the last call.
    void publish();

    /// UserError where a measurement runs, or none can be begun.
    void handle(const StartRobustness& wish);
    /// Asks for the end; what is measured stays.
    void handle(const StopRobustness& wish);

private:
    RobustnessWork work_of(const StartRobustness& wish) const;

    SessionContext& context_;
    JobBoard& jobs_;
    ModelShelf& shelf_;
    int threads_;
    int job_ = 0;
    std::shared_ptr<RobustnessRun> run_;
};

}  // namespace marginscope
