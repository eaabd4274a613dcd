// Training and the lambda path, as wishes to the worker.
#include <ctime>
#include <filesystem>

#include "core/error.h"
#include "engine/path/path_cells.h"
#include "engine/worker.h"
#include "files/paths.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string new_path_folder() {
    char stamp[32];
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::strftime(stamp, sizeof stamp, "path-%Y%m%d-%H%M%S", &local);
    return (user_state_dir() / stamp).string();
}

}  // namespace

void Engine::Worker::handle(const StartTraining& wish) {
    if (!corpus_) throw UserError("There is no text to train on.");
    begin_training({wish.config, wish.from_loaded ? model_ : nullptr, wish.run_folder, false});
}

void Engine::Worker::handle(const ResumeRun& wish) {
    begin_training({{}, nullptr, wish.folder, true});
}

void Engine::Worker::begin_training(const TrainingStart& start) {
    if (training_) training_->save();
    auto made = std::make_unique<TrainingSession>(
        start, *corpus_, [this](TrainingEvent event) { events_.push(std::move(event)); });
    training_ = std::move(made);  // only now: a start that fails leaves the old training as it was
    began_ = Clock::now();
    capture_secs_ = 0;
    training_->run();
    show_model(training_->model(), "in training");
    tell("Training on " + corpus_->name + ".", false);
    publish_training();
}

TrainingSession& Engine::Worker::training() {
    if (!training_) throw UserError("Nothing trains yet; start a training first.");
    return *training_;
}

bool Engine::Worker::train_once() {
    if (!training_ || training_->state() != TrainingState::running) return false;
    return guarded_step();
}

bool Engine::Worker::guarded_step() {
    bool goes_on = false;
    const bool fine = guarded("training", [&] { goes_on = training_->step(); });
    if (!fine) training_->fail(last_message_);
    unsaved_ = training_->has_unsaved_steps();
    if (goes_on) return true;
    refresh_live_model();
    publish_training();
    if (fine) tell("Training reached step " + std::to_string(training_->steps_done()) + ".", false);
    return false;
}

void Engine::Worker::refresh_live_model() {
    if (!training_ || model_ != training_->model()) return;
    decode_.weights_changed();
    refreshed_ = Clock::now();
}

void Engine::Worker::handle(const PauseTraining&) {
    training().pause();
    refresh_live_model();
    training_->save();
    unsaved_ = training_->has_unsaved_steps();
    publish_training();
}

void Engine::Worker::handle(const ResumeTraining&) {
    training().run();
    publish_training();
}

void Engine::Worker::handle(const StepTraining& wish) {
    training().pause();
    for (int k = 0; k < wish.count && guarded_step(); ++k) {
    }
    if (training_->state() == TrainingState::running) training_->pause();
    refresh_live_model();
    publish_training();
}

void Engine::Worker::handle(const TrainUntil& wish) {
    training().set_target(wish.step);
    training_->run();
    publish_training();
}

void Engine::Worker::handle(const StopTraining&) {
    training().pause();
    const std::string saved = training_->save();
    refresh_live_model();
    unsaved_ = training_->has_unsaved_steps();
    tell(saved.empty() ? "Training stopped; the model stays loaded, save it from the menu."
                       : "Training stopped and saved in " + saved + ".",
         false);
    publish_training();
}

void Engine::Worker::handle(const SetLive& wish) {
    training().set_live(wish.field, wish.value);
    publish_training();
}

void Engine::Worker::handle(const StartPath& wish) {
    if (path_running()) throw UserError("A path is running; stop it before another begins.");
    PathPlan plan = wish.plan;
    if (plan.folder.empty()) plan.folder = new_path_folder();
    if (plan.text.empty()) plan.text = corpus_path_;
    path_.reset();
    path_ =
        std::make_unique<PathRun>(plan, options_.program, [this] { commands_.push(std::nullopt); });
    tell("The path runs in " + plan.folder + ".", false);
    publish_path();
}

void Engine::Worker::handle(const StopPath&) {
    if (path_) path_->request_stop();
}

void Engine::Worker::handle(const OpenPath& wish) {
    if (path_running()) throw UserError("A path is running; stop it before another is opened.");
    auto opened = open_path(wish.folder.empty() ? asset_path(kPathAsset).string() : wish.folder);
    path_.reset();
    frames_.update([&](Frames& all) { all.path = std::move(opened); });
    notify();
}

void Engine::Worker::handle(const SetCleanLossRule& wish) {
    if (path_) path_->set_max_clean_loss(wish.max_clean_loss);
    const auto shown = frames_.get().path;
    if (!shown) return;
    auto changed = std::make_shared<PathFrame>(*shown);
    changed->max_clean_loss = wish.max_clean_loss;
    changed->proposal =
        propose_lambda(changed->cells, wish.max_clean_loss, changed->noise_relative);
    changed->version = shown->version + 1;
    frames_.update([&](Frames& all) { all.path = std::move(changed); });
    notify();
}

void Engine::Worker::handle(const LoadPathCell& wish) {
    // The fitted copy of a cell is the one that can be compared.
    const fs::path fitted = fs::path(wish.run) / "fitted.safetensors";
    load(fs::exists(fitted) ? fitted.string() : wish.run);
}

}  // namespace marginscope
