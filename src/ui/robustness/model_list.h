// The models of a measurement: a row each, and where more come from.
//
// Main thread, inside a frame.
#pragma once

#include <string>
#include <vector>

#include "core/messages/frames.h"
#include "ui/panel.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {

/// A model that can be added without looking for its file.
struct OfferedModel {
    std::string words;
    std::string path;
};
/// The shown one, those that come with the program, and the finished models of the opened path,
/// those trained with noise first.
std::vector<OfferedModel> offered_models(const Frames& frames);

void draw_model_list(const Frames& frames, RobustnessForm& form, PanelContext& context);

}  // namespace marginscope
