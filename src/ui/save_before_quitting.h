// What is saved when the user chose to save first. Main thread; waits for the engine.
#pragma once

#include "ui/event_log.h"
#include "ui/frame_source.h"

namespace marginscope {

/// The training and the session, as `work` says; what the engine tells of it goes to the log.
void save_before_quitting(FrameSource& source, const UnsavedWork& work, EventLog& log);

}  // namespace marginscope
