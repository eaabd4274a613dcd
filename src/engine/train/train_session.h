// The Train workspace's session: the training that runs, its commands and its frames. No torch in
// this header; the worker's thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages/train.h"
#include "engine/exchange/session_context.h"
#include "engine/exchange/unsaved_work.h"
#include "engine/model/model_shelf.h"
#include "engine/train/training.h"

namespace marginscope {

class TrainSession {
public:
    /// `on_weights`: the weights of the shown model changed. `rescue_folder`: where a training
    /// without a run folder is kept when the program ends; "": nowhere.
    TrainSession(SessionContext& context, ModelShelf& shelf, std::string rescue_folder,
                 std::function<void()> on_weights);

    bool running() const;
    /// One step of what trains, a training and its fork in turn; false when nothing trains. Throws
    /// what the step threw, after the training was marked as failed.
    bool step_once();
    /// Tells the shown model's panels that weights moved on; nothing when another model is shown.
    void refresh_shown_model();
    /// Counts time that pictures took while a model trains.
    void add_capture_secs(double secs) { capture_secs_ += secs; }
    void publish();
    /// Activity, progress and time left; only while it runs.
    void describe(StatusFrame& frame) const;

    UnsavedWork unsaved_work() const;
    /// At the end of the program: into the run folder, or into the rescue folder.
    void save_at_end();

    void handle(const StartTraining& wish);
    void handle(const ResumeRun& wish);
    void handle(const PauseTraining& wish);
    void handle(const ResumeTraining& wish);
    void handle(const StepTraining& wish);
    void handle(const TrainUntil& wish);
    void handle(const StopTraining& wish);
    void handle(const SaveTraining& wish);
    void handle(const SetLive& wish);
    void handle(const ForkTraining& wish);
    void handle(const CloseFork& wish);
    void handle(const ShowTraining& wish);

private:
    using Clock = std::chrono::steady_clock;

    void begin(const TrainingStart& start);
    Training& training();
    Training& fork();
    /// The training and its fork, those that are there.
    std::vector<Training*> all() const;
    /// Of those that run the one that is behind; at equal steps the training, then its fork. Null:
    /// none runs.
    Training* next_to_step() const;
    /// One step; what it throws marks that training as failed.
    bool step_or_fail(Training& one);
    /// Why its steps ended.
    void tell_end(const Training& one);
    /// To whom news belong is decided when they come: a fork that is kept is the training.
    Training::Emit emitter(int id);
    std::shared_ptr<TrainingFrame> frame_of(const Training& one);

    SessionContext& context_;
    ModelShelf& shelf_;
    std::string rescue_folder_;
    std::function<void()> on_weights_;
    std::unique_ptr<Training> training_, fork_;
    int ids_ = 0;      // given to trainings so far
    int fork_id_ = 0;  // of fork_; 0: none
    struct {
        std::shared_ptr<const Model> model;
        std::int64_t step = 0;
        bool of_fork = false;
    } moment_;  // the earlier model that was last shown
    Clock::time_point began_ = Clock::now();
    double capture_secs_ = 0;
    std::uint64_t version_ = 0;
};

}  // namespace marginscope
