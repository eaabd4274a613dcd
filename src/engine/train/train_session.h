// The Train workspace's session: the training that runs, its commands and its frames. No torch in
// this header; the worker's thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

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
    /// One step of what trains; false when nothing trains. Throws what the step threw, after the
    /// training was marked as failed.
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

private:
    using Clock = std::chrono::steady_clock;

    void begin(const TrainingStart& start);
    Training& training();
    bool step_or_fail();

    SessionContext& context_;
    ModelShelf& shelf_;
    std::string rescue_folder_;
    std::function<void()> on_weights_;
    std::unique_ptr<Training> training_;
    Clock::time_point began_ = Clock::now();
    double capture_secs_ = 0;
    std::uint64_t version_ = 0;
};

}  // namespace marginscope
