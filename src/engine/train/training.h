// One training as the window sees it: steps, evaluations, live changes, samples. No torch in this
// header; the worker's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "nn/train/start_model.h"

namespace marginscope {

struct Model;
struct Corpus;

struct TrainingStart {
    RunConfig config;
    StartModel from;
    std::string run_folder;  // "": nothing is written
    bool resume = false;     // run_folder holds a run to go on with
};

/// Steps on request; every figure goes out as news in order, the newest state as a frame.
class Training {
public:
    using Emit = std::function<void(RunNews)>;
    /// Of the time spent in steps: what looking at the margins between evaluations may take.
    static constexpr double kGlanceShare = 0.02;

    /// UserError when text, config or folder do not serve.
    Training(const TrainingStart& start, std::shared_ptr<const Corpus> corpus, Emit emit);
    ~Training();

    /// A second one that goes on from here over the same batches; unchanged, it does bit for bit
    /// what this one does. `run_folder` "": one beside this one's, or none where this one writes
    /// nothing. UserError, also for weights that are no longer numbers.
    std::unique_ptr<Training> fork(const std::string& run_folder, Emit emit);

    /// The model that trains; the same object for the whole session.
    std::shared_ptr<const Model> model() const;

    /// The model as it was after an earlier step; UserError where none of that step was kept.
    std::shared_ptr<const Model> model_at(std::int64_t step) const;

    /// One step, with the evaluation and checkpoint that fall due. False when the target is
    /// reached.
    bool step();
    bool goes_on() const;  // its planned steps are not done
    void run() { set_state(TrainingState::running); }
    void pause() { set_state(TrainingState::paused); }
    void set_target(std::int64_t step);
    /// A live field; recorded in the run folder before it takes effect, marked on the timeline.
    void set_live(const std::string& field, const FieldValue& value);
    /// Writes a checkpoint where a run folder is; "" otherwise, else where it was saved.
    std::string save();
    /// Weights and stage to a file of the user's, whose folder is made when it is missing.
    /// UserError, also for weights that are no longer numbers.
    void save_model_to(const std::string& path);
    void fail(const std::string& sentence);

    TrainingState state() const;
    std::int64_t steps_done() const;
    /// Of which neither the run folder nor a file of the user's has anything.
    bool has_unsaved_steps() const;
    /// False once a loss was not a number: such weights are never written.
    bool is_finite() const;
    /// Seconds spent in steps, for the share of time; the worker adds captures.
    double training_secs() const;
    /// Of them in looking at margins.
    double glance_secs() const;
    TrainingFrame frame() const;

private:
    struct State;
    explicit Training(std::unique_ptr<State> state);
    void set_state(TrainingState state);
    std::unique_ptr<State> state_;
};

}  // namespace marginscope
