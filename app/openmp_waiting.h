// How OpenMP's threads wait for their next piece of work: they spin for some ten microseconds, then
// sleep. Spinning on, the library's default, starves the window and the other processes of a path;
// sleeping at once doubles the time of a training step, whose pieces are shorter than a wake-up.
#pragma once

namespace marginscope {

/// LibTorch's OpenMP reads its settings when the program is loaded. Unless the caller's environment
/// decides (OMP_WAIT_POLICY or GOMP_SPINCOUNT), sets GOMP_SPINCOUNT and starts this program again
/// in the same process, with the same arguments; returns when there is nothing to do or it cannot
/// be done. First statement of main.
void make_openmp_spin_briefly(char** argv);

}  // namespace marginscope
