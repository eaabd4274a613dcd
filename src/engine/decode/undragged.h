// What laws over texts say of drags: a drag moves one embedding of the shown text, and the texts
// that such a law is of are read without it. Pure; any thread.
#pragma once

#include <string>

namespace marginscope {

/// Empty where nothing is dragged.
inline std::string undragged(bool dragged) {
    return dragged ? "Dragged characters are read here as the model has them, not where they were "
                     "dragged."
                   : "";
}

}  // namespace marginscope
