// Sets the variable and executes the program again.
#include "openmp_policy.h"

#include <unistd.h>

#include <cstdlib>

namespace marginscope {

void make_openmp_passive(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    if (setenv("OMP_WAIT_POLICY", "PASSIVE", 1) != 0) return;
    execv("/proc/self/exe", argv);
}

}  // namespace marginscope
