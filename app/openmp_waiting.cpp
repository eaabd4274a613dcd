// Sets the variable and executes the program again.
#include "openmp_waiting.h"

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

namespace marginscope {

void make_openmp_spin_briefly(char** argv) {
    for (const char* decided : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"})
        if (std::getenv(decided) != nullptr) return;
    if (setenv("GOMP_SPINCOUNT", "10000", 1) != 0) return;
    // By its own path, so that the process keeps its name.
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    execv(path, argv);
}

}  // namespace marginscope
