// Flags of a look.
#include "figures/robustness_look.h"

#include "core/shell_word.h"

namespace marginscope {

std::string robustness_look_flags(const RobustnessLook& look) {
    const RobustnessLook usual;
    return (look.shown == usual.shown ? "" : " --shown " + look.shown) +
           (look.log_levels ? " --log-levels" : "") +
           (look.support_flips ? "" : " --support-loss") +
           (look.predictor.empty() ? "" : " --predictor " + shell_word(look.predictor));
}

}  // namespace marginscope
