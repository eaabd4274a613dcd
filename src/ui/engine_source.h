// The engine as a source of frames. Header only, so that this room does not link the engine; the
// program does.
#pragma once

#include <utility>

#include "engine/engine.h"
#include "ui/frame_source.h"

namespace marginscope {

class EngineSource : public FrameSource {
public:
    explicit EngineSource(EngineOptions options) : engine_(std::move(options)) {}
    Frames frames() const override { return engine_.frames(); }
    void send(CommandList commands) override { engine_.send(std::move(commands)); }
    std::vector<TrainingEvent> take_training_events() override {
        return engine_.take_training_events();
    }
    std::vector<LogLine> take_log() override { return engine_.take_log(); }
    bool has_unsaved_work() const override { return engine_.has_unsaved_work(); }

private:
    Engine engine_;
};

}  // namespace marginscope
