// Stages of other seeds beside the one that is shown: how often the shown text's support tokens are
// theirs, too. No torch in this header; the worker's thread only.
#pragma once

#include <memory>
#include <vector>

#include "core/messages/model.h"
#include "engine/decode/decode_commands.h"
#include "engine/jobs/job_board.h"
#include "engine/model/model_shelf.h"

namespace marginscope {

struct StageWeights;

class StageSeeds {
public:
    /// `threads`: of a stage's fit.
    StageSeeds(SessionContext& context, JobBoard& jobs, ModelShelf& shelf, DecodeCommands& decode,
               int threads);

    /// A job on a copy of the model: fits by the common protocol with the seeds 1, 2, …, then
    /// measures the shown text under each. Stages that were fitted to the same model before are not
    /// fitted again. UserError when there is no model, or one is at work.
    void handle(const FitStageSeeds& wish);

private:
    using Stages = std::vector<StageWeights>;
    void done(const std::shared_ptr<const Model>& of, SeedRecurrence found);

    SessionContext& context_;
    JobBoard& jobs_;
    ModelShelf& shelf_;
    DecodeCommands& decode_;
    int threads_;
    int job_ = 0;
    std::uint64_t weights_ = 0;  // SeedText::weights of what stages_ were fitted to
    int steps_ = 0;
    std::shared_ptr<Stages> stages_;
};

}  // namespace marginscope
