// Waits until everything a workspace shows is there, without drawing it.
//
// Main thread.
#pragma once

#include <string_view>

#include "figures/train/train_series.h"
#include "ui/frame_source.h"

namespace marginscope {

/// The frames of `workspace` once they have arrived and are of the character that `view` asks for,
/// or what there is after `timeout_secs`; what training told meanwhile is added to `series`.
Frames settled_frames(std::string_view workspace, const SetView& view, FrameSource& source,
                      TrainHistory& history, double timeout_secs = 120.0);

}  // namespace marginscope
