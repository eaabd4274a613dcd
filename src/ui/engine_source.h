// The engine as a source of frames. Header only, so that this room does not link the engine; the
// program does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "engine/engine.h"
#include "ui/frame_source.h"

namespace marginscope {

class EngineSource : public FrameSource {
public:
    explicit EngineSource(EngineOptions options) : engine_(with_news(std::move(options))) {}
    Frames frames() const override { return engine_.frames(); }
    void send(CommandList commands) override { engine_.send(std::move(commands)); }
    std::vector<TrainingEvent> take_training_events() override {
        return engine_.take_training_events();
    }
    std::vector<LogLine> take_log() override { return engine_.take_log(); }
    UnsavedWork unsaved_work() const override { return engine_.unsaved_work(); }
    bool wait_until_idle(double timeout_secs) override {
        return engine_.wait_until_idle(timeout_secs);
    }
    void stop() override { engine_.stop(); }
    void wait_for_news(double secs) override {
        std::unique_lock lock(mutex_);
        news_.wait_for(lock, std::chrono::duration<double>(secs), [this] { return fresh_; });
        fresh_ = false;
    }

private:
    EngineOptions with_news(EngineOptions options) {
        options.on_frame = [this, tell = std::move(options.on_frame)] {
            {
                const std::lock_guard lock(mutex_);
                fresh_ = true;
            }
            news_.notify_one();
            if (tell) tell();
        };
        return options;
    }

    std::mutex mutex_;
    std::condition_variable news_;
    bool fresh_ = false;
    Engine engine_;  // last: its thread ends before what it notifies
};

}  // namespace marginscope
