// What the worker sends up: captures at a rate that leaves training its time, status, messages.
#include "engine/worker.h"
#include "nn/model/checkpoint.h"

namespace marginscope {
namespace {

using std::chrono::milliseconds;

constexpr auto kCaptureEvery = milliseconds(80);  // 12 Hz while training
constexpr auto kLiveModelEvery =
    milliseconds(1000);  // how often the shown text follows weights that train
constexpr auto kMarginBudget = milliseconds(12);  // margins between two training steps
constexpr auto kMarginBudgetIdle = milliseconds(25);
constexpr auto kStatusEvery = milliseconds(250);

}  // namespace

bool Engine::Worker::capture(bool trained) {
    publish_path();
    if (trained && Clock::now() - captured_ < kCaptureEvery) return false;
    const auto began = Clock::now();
    bool left = false;
    // While it trains only the shown workspace is captured; at rest all of it costs nothing.
    if (!trained || view_.workspace == Workspace::decode) {
        guarded("measuring the text", [&] {
            if (trained && began - refreshed_ > kLiveModelEvery) refresh_live_model();
            // The dragged token's picture goes to its own thread before the long work starts here.
            if (auto request = decode_.take_boundary_request())
                geometry_->request_boundary(std::move(*request));
            if (auto request = decode_.take_geometric_request())
                geometry_->request_margins(std::move(*request));
            left = decode_.work(trained ? kMarginBudget : kMarginBudgetIdle);
            auto decode = decode_.take_decode_frame();
            auto margins = decode_.take_margin_frame(*geometry_);
            auto attention = decode_.take_attention_frame();
            auto noise = decode_.take_noise_frame();
            if (!decode && !margins && !attention && !noise) return;
            frames_.update([&](Frames& all) {
                if (decode) all.decode = std::move(decode);
                if (margins) all.margins = std::move(margins);
                if (attention) all.attention = std::move(attention);
                if (noise) all.noise = std::move(noise);
            });
            notify();
        });
    }
    if (trained) publish_training();
    captured_ = Clock::now();
    capture_secs_ += std::chrono::duration<double>(captured_ - began).count();
    return left;
}

void Engine::Worker::publish_training() {
    auto frame = std::make_shared<TrainingFrame>();
    if (training_) *frame = training_->frame();
    frame->version = ++version_;
    if (corpus_) frame->corpus_label = corpus_->name;
    frame->model_label = model_label_;
    const double all = std::chrono::duration<double>(Clock::now() - began_).count();
    if (training_ && all > 0) {
        frame->share_training = training_->training_secs() / all;
        frame->share_capturing = capture_secs_ / all;
    }
    frames_.update([&](Frames& slots) { slots.training = std::move(frame); });
    notify();
}

void Engine::Worker::publish_path() {
    path_runs_ = path_running();
    if (!path_) return;
    auto frame = path_->frame();
    const auto shown = frames_.get().path;
    if (shown && shown->folder == frame->folder && shown->version >= frame->version) return;
    frames_.update([&](Frames& all) { all.path = std::move(frame); });
    notify();
}

void Engine::Worker::publish_status(bool now) {
    if (!now && Clock::now() - status_at_ < kStatusEvery) return;
    status_at_ = Clock::now();
    auto frame = std::make_shared<StatusFrame>();
    frame->version = ++version_;
    frame->device = model_ && model_->gpt.device().is_cuda() ? "CUDA" : "CPU";
    frame->threads = options_.threads;
    frame->message = last_message_;
    frame->message_is_error = last_is_error_;
    describe_activity(*frame);
    const auto shown = frames_.get().status;
    const bool same = shown && shown->activity == frame->activity &&
                      shown->message == frame->message && shown->progress == frame->progress;
    frames_.update([&](Frames& all) { all.status = std::move(frame); });
    if (!same) notify();
}

void Engine::Worker::describe_activity(StatusFrame& frame) const {
    if (progress_ >= 0) {
        frame.activity = activity_;
        frame.progress = progress_;
        frame.eta_secs = eta_secs_;
    } else if (training_ && training_->state() == TrainingState::running) {
        const TrainingFrame training = training_->frame();
        frame.activity = "training";
        if (training.target > 0)
            frame.progress =
                static_cast<double>(training.step) / static_cast<double>(training.target);
        frame.eta_secs = training.eta_secs;
    } else if (path_running()) {
        const auto path = path_->frame();
        frame.activity = "running the path";
        frame.progress = path->progress;
        frame.eta_secs = path->eta_secs;
    } else {
        frame.activity = playing_ ? "decoding" : "idle";
    }
}

void Engine::Worker::tell(const std::string& message, bool error) {
    last_message_ = message;
    last_is_error_ = error;
    log_.push({message, error});
    publish_status(true);
}

void Engine::Worker::notify() const {
    if (options_.on_frame) options_.on_frame();
}

void Engine::Worker::set_idle(bool idle) {
    {
        const std::lock_guard lock(idle_mutex_);
        idle_ = idle;
    }
    idle_changed_.notify_all();
}

}  // namespace marginscope
