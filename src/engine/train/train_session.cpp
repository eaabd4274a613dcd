// Wishes about the training, and what it shows.
#include "engine/train/train_session.h"

#include <exception>
#include <utility>

#include "core/error.h"
#include "engine/train/unsaved_training.h"
#include "nn/model/torch_errors.h"
#include "text/corpus.h"

namespace marginscope {
TrainSession::TrainSession(SessionContext& context, ModelShelf& shelf, std::string rescue_folder,
                           std::function<void()> on_weights)
    : context_(context),
      shelf_(shelf),
      rescue_folder_(std::move(rescue_folder)),
      on_weights_(std::move(on_weights)) {}

bool TrainSession::running() const { return next_to_step() != nullptr; }

std::vector<Training*> TrainSession::all() const {
    std::vector<Training*> there;
    for (Training* one : {training_.get(), fork_.get()})
        if (one != nullptr) there.push_back(one);
    return there;
}

Training* TrainSession::next_to_step() const {
    Training* next = nullptr;
    for (Training* one : all())
        if (one->state() == TrainingState::running &&
            (next == nullptr || one->steps_done() < next->steps_done()))
            next = one;
    return next;
}

Training::Emit TrainSession::emitter(int id) {
    return [this, id](RunNews news) { context_.emit({id == fork_id_, std::move(news)}); };
}

void TrainSession::begin(const TrainingStart& start) {
    for (Training* one : all()) one->save();
    auto made = std::make_unique<Training>(start, shelf_.corpus(), emitter(++ids_));
    shelf_.show(made->model(), "in training", true);
    fork_.reset();
    fork_id_ = 0;
    training_ = std::move(made);  // only now: a start that fails leaves the old training as it was
    context_.emit({false, TrainingReset{start.run_folder.empty() ? shelf_.corpus()->name
                                                                 : start.run_folder}});
    began_ = Clock::now();
    capture_secs_ = 0;
    if (training_->goes_on()) {
        training_->run();
        context_.tell("Training on " + shelf_.corpus()->name + ".");
    } else {
        context_.tell("This run is finished at step " + std::to_string(training_->steps_done()) +
                      "; ask for more steps, or look back at its own.");
    }
    publish();
}

Training& TrainSession::training() {
    if (!training_) throw UserError("Nothing trains yet; start a training first.");
    return *training_;
}

Training& TrainSession::fork() {
    if (!fork_) throw UserError("There is no fork; fork the training first.");
    return *fork_;
}

bool TrainSession::step_or_fail(Training& one) {
    try {
        bool goes_on = false;
        with_torch_errors([&] { goes_on = one.step(); });
        return goes_on;
    } catch (const std::exception& error) {
        one.fail(error.what());
        publish();
        throw;
    }
}

void TrainSession::tell_end(const Training& one) {
    const std::string who = &one == fork_.get() ? "The fork" : "Training";
    const std::string sentence = one.frame().sentence;
    if (one.state() == TrainingState::failed)
        context_.tell_error(sentence);
    else if (!sentence.empty())
        context_.tell(sentence);
    else
        context_.tell(who + " reached step " + std::to_string(one.steps_done()) + ".");
}

bool TrainSession::step_once() {
    Training* next = next_to_step();
    if (next == nullptr) return false;
    if (step_or_fail(*next)) return true;
    publish();
    tell_end(*next);
    refresh_shown_model();
    return running();
}

void TrainSession::refresh_shown_model() {
    // Weights that ran away have nothing to show; what was shown before stays.
    for (const Training* one : all())
        if (one->is_finite() && shelf_.model() == one->model()) on_weights_();
}

std::shared_ptr<TrainingFrame> TrainSession::frame_of(const Training& one) {
    auto frame = std::make_shared<TrainingFrame>(one.frame());
    const double passed = std::chrono::duration<double>(Clock::now() - began_).count();
    if (passed > 0) {
        frame->share_training = one.training_secs() / passed;
        frame->share_capturing = (capture_secs_ + one.glance_secs()) / passed;
    }
    if (shelf_.model() == one.model())
        frame->shown_step = one.steps_done();
    else if (shelf_.model() == moment_.model && moment_.of_fork == (&one == fork_.get()))
        frame->shown_step = moment_.step;
    return frame;
}

void TrainSession::publish() {
    ++version_;
    auto frame = training_ ? frame_of(*training_) : std::make_shared<TrainingFrame>();
    auto second = fork_ ? frame_of(*fork_) : nullptr;
    for (TrainingFrame* one : {frame.get(), second.get()}) {
        if (one == nullptr) continue;
        one->version = version_;
        one->corpus_label = shelf_.corpus()->name;
        one->corpus_path = shelf_.corpus_path();
        one->model_label = shelf_.model_label();
    }
    context_.publish([&](Frames& slots) {
        slots.training = std::move(frame);
        slots.fork = std::move(second);
    });
}

void TrainSession::describe(StatusFrame& frame) const {
    const TrainingFrame training = next_to_step()->frame();
    frame.activity = fork_ ? "training, with a fork" : "training";
    if (training.target > 0)
        frame.progress = static_cast<double>(training.step) / static_cast<double>(training.target);
    frame.eta_secs = training.eta_secs;
    // The two take turns.
    const bool both = fork_ && fork_->state() == training_->state();
    if (both) frame.eta_secs *= 2;
}

UnsavedWork TrainSession::unsaved_work() const {
    UnsavedWork work;
    for (const Training* one : all()) {
        const UnsavedWork of_it = unsaved_work_of(*one, one == fork_.get(), rescue_folder_);
        if (!of_it.any()) continue;
        work.sentence += (work.any() ? "\n" : "") + of_it.sentence;
        if (work.save_as.empty()) work.save_as = of_it.save_as;
    }
    return work;
}

void TrainSession::save_at_end() {
    for (Training* one : all()) keep_at_end(*one, one == fork_.get(), rescue_folder_);
}

// ---- commands

void TrainSession::handle(const StartTraining& wish) {
    begin(
        {wish.config, wish.from_loaded ? shelf_.as_start() : StartModel{}, wish.run_folder, false});
}

void TrainSession::handle(const ResumeRun& wish) { begin({{}, {}, wish.folder, true}); }

void TrainSession::handle(const PauseTraining&) {
    training();
    for (Training* one : all())
        if (one->state() == TrainingState::running) one->pause();
    refresh_shown_model();
    for (Training* one : all()) one->save();
    publish();
}

void TrainSession::handle(const ResumeTraining&) {
    // The fork may have more to do than its parent.
    if (!fork_ || training().state() == TrainingState::paused) training().run();
    if (fork_ && fork_->state() == TrainingState::paused) fork_->run();
    publish();
}

void TrainSession::handle(const StepTraining& wish) {
    training();
    for (Training* one : all()) one->pause();
    for (Training* one : all()) {
        for (int k = 0; k < wish.count && step_or_fail(*one); ++k) {
        }
        if (one->state() == TrainingState::running) one->pause();
    }
    refresh_shown_model();
    publish();
}

void TrainSession::handle(const TrainUntil& wish) {
    training();
    for (Training* one : all()) {
        if (fork_ && one->steps_done() >= wish.step) continue;
        one->set_target(wish.step);
        one->run();
    }
    publish();
}

void TrainSession::handle(const StopTraining&) {
    training();
    std::string saved;
    for (Training* one : all()) {
        if (one->state() == TrainingState::running) one->pause();
        const std::string to = one->save();
        saved += (saved.empty() || to.empty() ? "" : " and ") + to;
    }
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
    (wish.fork ? fork() : training()).set_live(wish.field, wish.value);
    publish();
}

void TrainSession::handle(const ForkTraining& wish) {
    if (fork_) throw UserError("There is a fork already; keep it or close it before the next.");
    auto made = training().fork(wish.run_folder, emitter(++ids_));
    fork_ = std::move(made);
    fork_id_ = ids_;
    const std::int64_t step = fork_->steps_done();
    const std::string folder = fork_->frame().run_folder;
    context_.emit({false, TrainingForked{step, folder.empty() ? "fork" : folder}});
    context_.tell("Forked at step " + std::to_string(step) +
                  (folder.empty() ? "." : " into " + folder + "."));
    publish();
}

void TrainSession::handle(const CloseFork& wish) {
    fork();
    for (Training* one : all()) one->save();
    Training& left = wish.keep ? *training_ : *fork_;
    Training& stays = wish.keep ? *fork_ : *training_;
    if (shelf_.model() == left.model()) shelf_.show(stays.model(), "in training", true);
    if (wish.keep) training_ = std::move(fork_);
    fork_.reset();
    fork_id_ = 0;
    context_.emit({false, ForkClosed{wish.keep}});
    context_.tell(wish.keep ? "The fork is the training now." : "The fork is closed.");
    publish();
}

void TrainSession::handle(const ShowTraining& wish) {
    const Training& one = wish.fork ? fork() : training();
    const std::string who = wish.fork ? "fork" : "training";
    if (wish.step < 0 || wish.step == one.steps_done()) {
        shelf_.show(one.model(), wish.fork ? "fork in training" : "in training", true);
    } else {
        moment_ = {one.model_at(wish.step), wish.step, wish.fork};
        shelf_.show(moment_.model, who + ", step " + std::to_string(wish.step), true);
    }
    publish();
}

}  // namespace marginscope
