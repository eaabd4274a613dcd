// The engine's thread: its loop, its queue, its publishing. What is done is the sessions' affair.
// No torch in this header.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "engine/exchange/idle_gate.h"
#include "engine/exchange/mailbox.h"
#include "engine/exchange/session_context.h"

namespace marginscope {

/// Public members may be called from any thread; everything below `run` belongs to the worker's
/// own.
class Engine::Worker : public SessionContext {
public:
    explicit Worker(EngineOptions options);
    ~Worker() override;

    void send(Command command);
    std::vector<TrainingEvent> take_training_events() { return events_.take_all(); }
    std::vector<LogLine> take_log() { return log_.take_all(); }
    UnsavedWork unsaved_work() const { return unsaved_.get(); }
    bool wait_until_idle(double timeout_secs) { return idle_.wait(timeout_secs); }
    void stop();

    void publish(const std::function<void(Frames&)>& change) override;
    Frames frames() const override { return frames_.get(); }
    void tell(const std::string& sentence) override { say({sentence, false}); }
    void tell_error(const std::string& sentence) override { say({sentence, true}); }
    void emit(TrainingEvent event) override { events_.push(std::move(event)); }
    void wake() override { commands_.push(std::nullopt); }

private:
    using Clock = std::chrono::steady_clock;
    struct Sessions;

    void run(std::stop_token stop);
    void open_first(Sessions& all);
    void take_commands(Sessions& all);
    /// One turn of what goes on by itself; true when the next may follow at once.
    bool turn(Sessions& all);
    bool capture(Sessions& all, bool trained);
    void publish_status(const Sessions& all);
    /// Runs a piece of work; whatever it throws is told, once.
    bool guarded(const std::string& doing, const std::function<void()>& work);
    void say(LogLine line);

    EngineOptions options_;
    CommandQueue<std::optional<Command>> commands_;  // empty: only wakes the loop
    Latest<Frames> frames_;
    BoundedQueue<TrainingEvent> events_;
    BoundedQueue<LogLine> log_;
    Latest<LogLine> message_;  // the last that was told
    Latest<UnsavedWork> unsaved_;
    IdleGate idle_;
    Clock::time_point captured_, refreshed_, status_at_;
    std::uint64_t status_version_ = 0;
    std::jthread thread_;  // last: joins before the rest goes
};

}  // namespace marginscope
