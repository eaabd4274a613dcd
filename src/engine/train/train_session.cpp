// Wishes about the training, and what it shows.
#include "engine/train/train_session.h"

#include <exception>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "nn/model/torch_errors.h"
#include "text/corpus.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRescued = "unsaved-training.safetensors";

}  // namespace

TrainSession::TrainSession(SessionContext& context, ModelShelf& shelf, std::string rescue_folder,
                           std::function<void()> on_weights)
    : context_(context),
      shelf_(shelf),
      rescue_folder_(std::move(rescue_folder)),
      on_weights_(std::move(on_weights)) {}

bool TrainSession::running() const {
    return training_ && training_->state() == TrainingState::running;
}

void TrainSession::begin(const TrainingStart& start) {
    if (training_) training_->save();
    auto made = std::make_unique<Training>(
        start, *shelf_.corpus(), [this](TrainingEvent event) { context_.emit(std::move(event)); });
    shelf_.show(made->model(), "in training", true);
    training_ = std::move(made);  // only now: a start that fails leaves the old training as it was
    began_ = Clock::now();
    capture_secs_ = 0;
    training_->run();
    context_.tell("Training on " + shelf_.corpus()->name + ".");
    publish();
}

Training& TrainSession::training() {
    if (!training_) throw UserError("Nothing trains yet; start a training first.");
    return *training_;
}

bool TrainSession::step_or_fail() {
    try {
        bool goes_on = false;
        with_torch_errors([&] { goes_on = training_->step(); });
        return goes_on;
    } catch (const std::exception& error) {
        training_->fail(error.what());
        publish();
        throw;
    }
}

bool TrainSession::step_once() {
    if (!running()) return false;
    if (step_or_fail()) return true;
    publish();
    if (training_->state() == TrainingState::failed)
        context_.tell_error(training_->frame().sentence);
    else
        context_.tell("Training reached step " + std::to_string(training_->steps_done()) + ".");
    refresh_shown_model();
    return false;
}

void TrainSession::refresh_shown_model() {
    // Weights that ran away have nothing to show; what was shown before stays.
    if (training_ && training_->is_finite() && shelf_.model() == training_->model()) on_weights_();
}

void TrainSession::publish() {
    auto frame = std::make_shared<TrainingFrame>();
    if (training_) *frame = training_->frame();
    frame->version = ++version_;
    frame->corpus_label = shelf_.corpus()->name;
    frame->corpus_path = shelf_.corpus_path();
    frame->model_label = shelf_.model_label();
    const double all = std::chrono::duration<double>(Clock::now() - began_).count();
    if (training_ && all > 0) {
        frame->share_training = training_->training_secs() / all;
        frame->share_capturing = capture_secs_ / all;
    }
    context_.publish([&](Frames& slots) { slots.training = std::move(frame); });
}

void TrainSession::describe(StatusFrame& frame) const {
    const TrainingFrame training = training_->frame();
    frame.activity = "training";
    if (training.target > 0)
        frame.progress = static_cast<double>(training.step) / static_cast<double>(training.target);
    frame.eta_secs = training.eta_secs;
}

UnsavedWork TrainSession::unsaved_work() const {
    if (!training_ || !training_->has_unsaved_steps()) return {};
    const std::string steps = std::to_string(training_->steps_done()) + " steps";
    const std::string folder = training_->frame().run_folder;
    if (!folder.empty())
        return {"The training in " + folder + " is not finished. Quitting saves it there at " +
                    steps + "; it can be resumed.",
                ""};
    UnsavedWork work;
    work.sentence = "The training of " + steps + " has no run folder: its model is not saved.";
    if (rescue_folder_.empty()) return work;
    work.save_as = (fs::path(rescue_folder_) /
                    ("trained-" + std::to_string(training_->steps_done()) + "-steps.safetensors"))
                       .string();
    return work;
}

void TrainSession::save_at_end() {
    if (!training_ || !training_->has_unsaved_steps()) return;
    if (!training_->frame().run_folder.empty()) {
        training_->save();
    } else if (!rescue_folder_.empty() && training_->is_finite()) {
        training_->save_model_to((fs::path(rescue_folder_) / kRescued).string());
    }
}

// ---- commands

void TrainSession::handle(const StartTraining& wish) {
    begin(
        {wish.config, wish.from_loaded ? shelf_.as_start() : StartModel{}, wish.run_folder, false});
}

void TrainSession::handle(const ResumeRun& wish) { begin({{}, {}, wish.folder, true}); }

void TrainSession::handle(const PauseTraining&) {
    training().pause();
    refresh_shown_model();
    training_->save();
    publish();
}

void TrainSession::handle(const ResumeTraining&) {
    training().run();
    publish();
}

void TrainSession::handle(const StepTraining& wish) {
    training().pause();
    for (int k = 0; k < wish.count && step_or_fail(); ++k) {
    }
    if (running()) training_->pause();
    refresh_shown_model();
    publish();
}

void TrainSession::handle(const TrainUntil& wish) {
    training().set_target(wish.step);
    training_->run();
    publish();
}

void TrainSession::handle(const StopTraining&) {
    training().pause();
    const std::string saved = training_->save();
    refresh_shown_model();
    context_.tell(saved.empty() ? "Training stopped; the model stays loaded, save it from the menu."
                                : "Training stopped and saved in " + saved + ".");
    publish();
}

void TrainSession::handle(const SaveTraining& wish) {
    training().save_model_to(wish.path);
    context_.tell("Saved " + wish.path + ".");
}

void TrainSession::handle(const SetLive& wish) {
    training().set_live(wish.field, wish.value);
    publish();
}

}  // namespace marginscope
