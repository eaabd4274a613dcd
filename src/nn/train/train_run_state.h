// What a TrainRun holds: the trainer, its folder, live changes recorded and to come, and what was
// told. Internal to nn/train.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "files/run_folder.h"
#include "nn/train/train_run.h"

namespace marginscope {

struct TrainRun::State {
    using Clock = std::chrono::steady_clock;

    State(Trainer trained, std::optional<RunFolder> written, Callbacks called)
        : trainer(std::move(trained)), folder(std::move(written)), callbacks(std::move(called)) {}

    const RunFolder* written() const { return folder ? &*folder : nullptr; }

    /// Recorded changes of this step first, as in the file; then the planned ones not yet made.
    void apply_due();
    void record(const RunEvent& event);
    void keep(RunPlan changed);
    /// Hands out what is known of the steps so far: at once, or where reading waits now and then.
    /// UserError for a loss that is not finite.
    void report_steps(bool all = false);
    void evaluate();
    /// Whether the last evaluation ends the run before its planned steps.
    bool loss_is_reached();
    bool time_is_over();
    void plan_steps(std::int64_t steps);
    std::filesystem::path save();

    Trainer trainer;
    std::optional<RunFolder> folder;
    Callbacks callbacks;
    std::deque<RunEvent> waiting;  // recorded changes whose step is still to come
    std::vector<RunEvent> applied;
    RunPlan plan;
    std::optional<EvalReport> eval;
    std::int64_t saved_step = 0;
    bool fresh = true;                       // nothing evaluated yet
    std::optional<Clock::time_point> began;  // of what stop_minutes counts
    StopReason stopped;
    Clock::time_point since = Clock::now();
    std::int64_t since_step = 0;
    Clock::time_point reported;
    std::size_t unreported = 0;

private:
    void apply(const RunEvent& event);
};

}  // namespace marginscope
