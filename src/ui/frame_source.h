// Where the window's frames come from and where its commands go: the engine, or something made up
// for tests and pictures.
//
// Called from the main thread.
#pragma once

#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"

namespace marginscope {

class FrameSource {
public:
    virtual ~FrameSource() = default;
    virtual Frames frames() const = 0;
    virtual void send(CommandList commands) = 0;
    virtual std::vector<TrainingEvent> take_training_events() = 0;
    virtual std::vector<LogLine> take_log() = 0;
    virtual bool has_unsaved_work() const = 0;
};

}  // namespace marginscope
