// OpenMP's waiting threads must sleep, not spin: they would starve the window and the other
// processes of a path.
#pragma once

namespace marginscope {

/// LibTorch's OpenMP reads its settings when the program is loaded. Unless the caller's environment
/// decides, sets OMP_WAIT_POLICY=PASSIVE and starts this program again in the same process, with
/// the same arguments; returns when there is nothing to do or it cannot be done. First statement of
/// main.
void make_openmp_passive(char** argv);

}  // namespace marginscope
