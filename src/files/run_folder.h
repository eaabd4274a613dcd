// The run folder: what a training leaves on disk, and how it goes on after kill -9 at any moment.
//
//     RUN/config.json                        the configuration the run was started with
//     RUN/metrics.jsonl                      a line for every evaluation
//     RUN/events.jsonl                       live changes: {"step", "field", "value"}
//     RUN/plan.json                          which text, changes to come, more steps (run_plan.h)
//     RUN/checkpoints/step-000500.safetensors
//     RUN/final.safetensors                  only when the run is finished
//     RUN/.lock                              held by the one process that writes
//
// The contract that makes a resumed run equal, bit for bit, to one that was never killed:
// - "step" is everywhere the number of finished updates. An event of step s is applied after update
//   s and before update s + 1. A checkpoint of step s is the state after update s.
// - A live change: append_event() first (it is on disk when the call returns), then apply it. What
//   influences weights is therefore always recorded.
// - An evaluation at step s: append_metrics() first, then write_checkpoint(s). A checkpoint then
//   never exists without its metrics line, and prepare_resume() only has to cut lines.
// - Resuming: prepare_resume() gives the newest readable checkpoint (step S, or 0: start anew from
//   config.json) and cuts the metrics after S (for S = 0 all: the evaluation at step 0 comes first
//   in any run, also behind a checkpoint of step 0, which a fork has). The trainer applies, in
//   order, all events of steps <= S to config.json's configuration, goes on, and applies each later
//   event when its step comes. Replayed events are not appended again.
// - Events are never cut by resuming. When a new live change is made while later ones still wait to
//   be replayed, the user has left the recorded history: append_event() drops those later ones in
//   the same atomic step. The file is therefore always in order of steps.
//
// A run folder may come from elsewhere. Nothing here follows a symbolic link that stands in it when
// it writes: links are replaced, or refused where the file is appended to.
//
// One thread per object, one writing object per folder (a lock between processes). All errors are
// UserError with one sentence. No torch here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/run_event.h"
#include "files/run_plan.h"
#include "files/safetensors.h"

namespace marginscope {

struct CheckpointFile {
    std::int64_t step = 0;
    std::filesystem::path path;
};

struct ResumePoint {
    std::optional<CheckpointFile> checkpoint;  // nothing: start from step 0 with config.json
    std::int64_t step = 0;
    std::vector<RunEvent> events;       // all of them, in order
    std::vector<std::string> warnings;  // one sentence for each unreadable checkpoint
};

enum class RunFolderState { kMissing, kEmpty, kRun, kForeign };

class RunFolder;

// What a new run has before its first update.
struct RunBeginning {
    RunPlan plan;
    // Becomes the checkpoint of `step`: of a run that begins from another model (step 0) or forks
    // off a run.
    const SafeTensors* checkpoint = nullptr;
    std::int64_t step = 0;
    const RunFolder* parent = nullptr;  // whose metrics and events up to `step` are its own too
};

class RunFolder {
public:
    static RunFolderState inspect(const std::filesystem::path& path);

    // Makes the folder, takes the lock and writes config.json. Refuses (exit code 2) a folder that
    // holds a run or anything else. What it begins with is there before the folder counts as a run.
    static RunFolder create(const std::filesystem::path& path, const nlohmann::json& config,
                            const RunBeginning& begin = {});
    // For reading, also while another process writes.
    static RunFolder open(const std::filesystem::path& path);
    // Takes the lock and removes what a kill left half written.
    static RunFolder open_for_writing(const std::filesystem::path& path);

    RunFolder(RunFolder&&) noexcept;
    RunFolder& operator=(RunFolder&&) noexcept;
    ~RunFolder();

    const std::filesystem::path& path() const noexcept;
    nlohmann::json config() const;
    RunPlan plan() const;
    void write_plan(const RunPlan& plan);

    void append_metrics(const nlohmann::json& line);  // needs an integer field "step"
    std::vector<nlohmann::json> read_metrics() const;
    void cut_metrics_after(std::int64_t step);

    void append_event(const RunEvent& event);
    std::vector<RunEvent> read_events() const;

    std::filesystem::path checkpoint_path(std::int64_t step) const;
    std::vector<CheckpointFile> list_checkpoints() const;  // by step; names only, unread
    // The newest whose header and length are right; a sentence for each newer one that is not.
    std::optional<CheckpointFile> latest_checkpoint(
        std::vector<std::string>* warnings = nullptr) const;
    void write_checkpoint(std::int64_t step, const SafeTensors& file);

    std::filesystem::path final_path() const;
    bool is_finished() const;
    void write_final(const SafeTensors& file);

    // Continue here after a stop or a kill. Needs the lock.
    ResumePoint prepare_resume();
    // Forget everything after `step`, which must be a checkpoint's or 0. Needs the lock.
    void rewind_to(std::int64_t step);

private:
    struct Impl;
    explicit RunFolder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The weights to load when a user names a checkpoint or a run folder: the file itself, or the run's
// final.safetensors, or its newest checkpoint. UserError when there is none.
std::filesystem::path model_file(const std::filesystem::path& checkpoint_or_run);

}  // namespace marginscope
