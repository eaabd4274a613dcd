// View state of the panels of the Path workspace.
#pragma once

namespace marginscope {

struct PathView {};

}  // namespace marginscope
