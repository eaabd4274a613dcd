// The lines of the window's log: what the engine tells, and the live changes of a training, each
// with the time of day.
//
// Main thread.
#pragma once

#include <vector>

#include "core/messages/status.h"
#include "core/messages/train_news.h"
#include "ui/ui_state.h"

namespace marginscope {

/// Appends; the oldest lines go once there are kLogLines.
void add_log_line(UiState& state, const LogLine& line);
/// A line for each live change and for each new run among the events.
void add_log_lines(UiState& state, const std::vector<TrainingEvent>& events);

}  // namespace marginscope
