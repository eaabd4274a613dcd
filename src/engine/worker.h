// The engine's thread: wishes first, then a training step, a decoding step, and what the panels
// show. No torch in this header.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/decode/decode_session.h"
#include "engine/decode/geometry_thread.h"
#include "engine/engine.h"
#include "engine/mailbox.h"
#include "engine/path/path_run.h"
#include "engine/train/training_session.h"
#include "text/corpus.h"

namespace marginscope {

/// Public members may be called from any thread; everything below `run` belongs to the worker's
/// own.
class Engine::Worker {
public:
    explicit Worker(EngineOptions options);
    ~Worker();

    void send(Command command);
    Frames frames() const { return frames_.get(); }
    std::vector<TrainingEvent> take_training_events() { return events_.take_all(); }
    std::vector<LogLine> take_log() { return log_.take_all(); }
    bool has_unsaved_work() const { return unsaved_ || path_runs_; }
    bool wait_until_idle(double timeout_secs);

private:
    using Clock = std::chrono::steady_clock;

    // worker.cpp: the loop, models, decoding
    void run(std::stop_token stop);
    std::chrono::milliseconds time_to_next() const;
    void take_commands();
    bool guarded(const std::string& doing, const std::function<void()>& work);
    void load_first();
    void load(const std::string& path);
    void show_model(std::shared_ptr<const Model> model, const std::string& label);
    bool play_once();
    void handle(const LoadModel&);
    void handle(const LoadText&);
    void handle(const SaveModel&);
    void handle(const FitStage&);
    void handle(const SetPrompt&);
    void handle(const StepDecode&);
    void handle(const JumpDecode&);
    void handle(const GoToNode&);
    void handle(const ChooseToken&);
    void handle(const PlayDecode&);
    void handle(const SetSampling&);
    void handle(const SetDecodeNoise&);
    void handle(const SetView&);
    void handle(const DragToken&);
    void handle(const ResetDrags&);

    // worker_runs.cpp: training and path
    void begin_training(const TrainingStart& start);
    TrainingSession& training();
    bool train_once();
    bool guarded_step();
    void refresh_live_model();
    bool path_running() const { return path_ && path_->running(); }
    void handle(const StartTraining&);
    void handle(const ResumeRun&);
    void handle(const PauseTraining&);
    void handle(const ResumeTraining&);
    void handle(const StepTraining&);
    void handle(const TrainUntil&);
    void handle(const StopTraining&);
    void handle(const SetLive&);
    void handle(const StartPath&);
    void handle(const StopPath&);
    void handle(const OpenPath&);
    void handle(const SetCleanLossRule&);
    void handle(const LoadPathCell&);

    // worker_frames.cpp: what goes up
    bool capture(bool trained);
    void publish_training();
    void publish_path();
    void publish_status(bool now);
    void describe_activity(StatusFrame& frame) const;
    void tell(const std::string& message, bool error);
    void notify() const;
    void set_idle(bool idle);

    EngineOptions options_;
    CommandQueue<std::optional<Command>> commands_;  // empty: only wakes the loop
    Latest<Frames> frames_;
    BoundedQueue<TrainingEvent> events_;
    BoundedQueue<LogLine> log_;
    std::atomic<std::uint64_t> sent_ = 0;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<bool> unsaved_ = false;
    std::atomic<bool> path_runs_ = false;
    std::atomic<bool> geometric_news_ = false;
    std::mutex idle_mutex_;
    std::condition_variable idle_changed_;
    bool idle_ = false;

    std::optional<Corpus> corpus_;
    std::string corpus_path_;  // "" is the built-in corpus
    std::shared_ptr<const Model> model_;
    std::string model_label_;
    DecodeSession decode_;
    SetView view_;
    bool playing_ = false;
    double tokens_per_s_ = 8;
    Clock::time_point next_token_, captured_, refreshed_, status_at_, began_ = Clock::now();
    double capture_secs_ = 0;
    std::uint64_t version_ = 0;
    std::string activity_;  // of a long job that has `progress_`
    double progress_ = -1;
    double eta_secs_ = 0;
    std::string last_message_;
    bool last_is_error_ = false;
    std::unique_ptr<TrainingSession> training_;
    std::unique_ptr<PathRun> path_;
    std::unique_ptr<GeometryThread> geometry_;
    std::jthread thread_;  // last: joins before the rest goes
};

}  // namespace marginscope
