// View state of the panels of the Train workspace.
#pragma once

namespace marginscope {

struct TrainView {};

}  // namespace marginscope
