// Reads the command line; opens the window or runs one command.
#include "cli/cli.h"
#include "drawing.h"
#include "openmp_waiting.h"

int main(int argc, char** argv) {
    marginscope::make_openmp_spin_briefly(argv);
    return marginscope::run_command_line(argc, argv, marginscope::drawing_hooks());
}
