// What one looks at of what was measured in Robustness, and the same as flags of the command line.
//
// Plain values and pure functions; any thread.
#pragma once

#include <string>

namespace marginscope {

struct RobustnessLook {
    std::string shown = "noise";  // or how characters were spoilt: "swap", …
    bool log_levels = false;      // the axis of sigmas and rates; 0 has a place of its own
    bool support_flips = true;    // support tokens by changed predictions, else by loss
    std::string predictor;        // on the scatter's axis; "": the best margin
};
/// " --shown swap --log-levels …": what differs from the usual.
std::string robustness_look_flags(const RobustnessLook& look);

}  // namespace marginscope
