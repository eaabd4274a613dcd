// The measurement behind a figure of Robustness, as the command that makes it again.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/messages/robustness.h"
#include "figures/robustness_look.h"

namespace marginscope {

/// Of the figure of that id, with the models by their files; nothing before it was measured.
std::optional<StartRobustness> measured_again(const RobustnessFrame& frame, std::string_view figure,
                                              const RobustnessLook& look);

}  // namespace marginscope
