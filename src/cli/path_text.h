// What `marginscope path` prints of its cells. Any thread.
#pragma once

#include <string>

#include "core/messages/frames.h"

namespace marginscope {

std::string path_text(const PathFrame& frame);

}  // namespace marginscope
