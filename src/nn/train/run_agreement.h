// Whether the parts of a run folder belong together when a run goes on. Internal to nn/train.
#pragma once

#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "files/run_folder.h"
#include "nn/train/trainer.h"

namespace marginscope {

/// Compares config.json (with the changes made since) to the configuration that the checkpoint was
/// written with. Returns a sentence for each difference that a training can go on with (steps, live
/// settings); throws UserError for the others, which would make it another run.
std::vector<std::string> check_agreement(const RunConfig& config, const RunConfig& of_checkpoint,
                                         const ResumePoint& point);

/// UserError when the loss or its gradient is not a finite number; names the last good checkpoint
/// of `folder` (nullptr: nothing is written).
void refuse_not_finite(const StepReport& step, const RunFolder* folder);
void refuse_not_finite(const EvalReport& eval, const RunFolder* folder);

}  // namespace marginscope
