// Forking a run folder.
#include "files/run_fork.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/shown.h"
#include "files/run_folder.h"

namespace marginscope {
namespace {

std::string steps_of(const std::vector<CheckpointFile>& checkpoints) {
    std::string all;
    for (const CheckpointFile& one : checkpoints)
        all += (all.empty() ? "" : ", ") + std::to_string(one.step);
    return all;
}

CheckpointFile checkpoint_at(const RunFolder& run, std::optional<std::int64_t> step) {
    std::vector<std::string> warnings;
    if (!step) {
        if (const auto newest = run.latest_checkpoint(&warnings)) return *newest;
        throw UserError(shown_path(run.path()) + " has no checkpoint to fork from" +
                            (warnings.empty() ? "." : "; " + warnings.front()),
                        2);
    }
    const std::vector<CheckpointFile> there = run.list_checkpoints();
    for (const CheckpointFile& one : there)
        if (one.step == *step) return one;
    throw UserError(shown_path(run.path()) + " has no checkpoint of step " + std::to_string(*step) +
                        (there.empty() ? "." : "; it has those of " + steps_of(there) + "."),
                    2);
}

}  // namespace

std::int64_t fork_run(const std::filesystem::path& parent, std::optional<std::int64_t> step,
                      const std::filesystem::path& fork) {
    const RunFolder run = RunFolder::open(parent);
    const CheckpointFile from = checkpoint_at(run, step);
    const SafeTensors file = read_safetensors(from.path);
    RunPlan plan = run.plan();
    plan.forked_from = std::filesystem::absolute(parent).lexically_normal().string();
    plan.forked_at = from.step;
    RunFolder::create(fork, run.config(), {plan, &file, from.step, &run});
    return from.step;
}

}  // namespace marginscope
