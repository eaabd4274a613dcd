// Where the window's frames come from and where its commands go: the engine, or something made up
// for tests and pictures.
//
// Called from the main thread.
#pragma once

#include <vector>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "engine/exchange/unsaved_work.h"

namespace marginscope {

class FrameSource {
public:
    virtual ~FrameSource() = default;
    virtual Frames frames() const = 0;
    virtual void send(CommandList commands) = 0;
    virtual std::vector<TrainingEvent> take_training_events() = 0;
    virtual std::vector<LogLine> take_log() = 0;
    /// What would be lost or cut short by quitting now.
    virtual UnsavedWork unsaved_work() const = 0;
    /// Until all that was sent is done and nothing plays or trains; false when the time was over.
    virtual bool wait_until_idle(double timeout_secs) = 0;
    /// Saves what trains and ends; what is sent afterwards is not done.
    virtual void stop() = 0;
    /// Returns when there may be new frames since the last call, or after `secs`.
    virtual void wait_for_news(double secs) = 0;
};

}  // namespace marginscope
