// A training with its run folder: metrics, checkpoints, live changes that survive kill -9. For the
// command and the window.
//
// One thread. Order on disk (files/run_folder.h): a live change is recorded before it applies, a
// metrics line before its checkpoint; a resumed run therefore repeats the one that was killed, bit
// for bit. Errors are UserErrors.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "files/run_event.h"
#include "nn/train/start_model.h"
#include "nn/train/trainer.h"

namespace marginscope {

/// A condition of the configuration that was met.
struct StopReason {
    enum class Kind { none, loss_reached, time_over };
    Kind kind = Kind::none;
    std::string sentence;
};

class TrainRun {
public:
    struct Callbacks {
        std::function<void(const StepReport&)>
            on_step;  // of every update; on a GPU some at once, 20 times a second
        std::function<void(const EvalReport&)> on_eval;
        std::function<void(std::int64_t step, const std::string& field, const std::string& value)>
            on_live;
        std::function<void(const std::string& path)> on_saved;
        std::function<void(const std::string& sentence)> on_warning;
    };

    /// A new run; `folder` must be missing or empty; an empty path writes nothing. `from` and
    /// `changes`, live changes planned ahead, are kept with it.
    static TrainRun start(const RunConfig& config, const Corpus& corpus,
                          const std::filesystem::path& folder, const StartModel& from = {},
                          Callbacks callbacks = {}, const std::vector<RunEvent>& changes = {});
    /// Goes on from the folder's newest checkpoint, or from the beginning when there is none yet,
    /// with what was planned. UserError when its parts do not belong together, or the text is
    /// another one. `threads` 0: as before.
    static TrainRun resume(const std::filesystem::path& folder, const Corpus& corpus,
                           Callbacks callbacks = {}, int threads = 0);
    /// A second run that goes on from here over the same batches: unchanged, it does bit for bit
    /// what this one does. `folder` as in start(); empty where this run writes nothing. `corpus`:
    /// the one that this run reads.
    TrainRun fork(const std::filesystem::path& folder, const Corpus& corpus,
                  Callbacks callbacks = {});
    TrainRun(TrainRun&&) noexcept;
    TrainRun& operator=(TrainRun&&) noexcept;
    ~TrainRun();

    /// One update, then the evaluation and the checkpoint that fall due. False when the last step
    /// is done: also once an evaluation is as low as `train.stop_loss`, which makes its step the
    /// last. False, too, when `train.stop_minutes` are over, counted from the first step of this
    /// object; a further call goes on. The first call of a new run evaluates before it trains.
    /// UserError when the loss is not a finite number; what was saved before stays.
    bool step();
    /// Hands on_step what it has not yet had of the steps so far.
    void report_steps();
    /// Records, then applies.
    void set_live(const std::string& field, const FieldValue& value);
    /// Further changes to come, and another number of steps; kept with the run.
    void plan_changes(const std::vector<RunEvent>& changes);
    void plan_steps(std::int64_t steps);
    /// A checkpoint of this step, if there is none yet; empty without a folder. A finished run has
    /// final.safetensors.
    std::filesystem::path save();
    bool has_unsaved_steps() const;
    /// What ended the run before its planned steps, or stops it now; none where nothing did.
    const StopReason& stopped_by() const;

    Trainer& trainer();
    const Trainer& trainer() const;
    std::filesystem::path folder() const;  // empty: none
    const std::optional<EvalReport>& last_eval() const;

private:
    struct State;
    explicit TrainRun(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Steps until the run is finished (true), or until a stop is requested or the run's own time is
/// over (false: stopped at a step and saved).
bool run_training(TrainRun& run, std::stop_token stop);

}  // namespace marginscope
