// The groups of `marginscope bench`.
#include "bench/figures.h"

namespace marginscope {

std::vector<BenchGroup> bench_groups() {
    return {{"training", training_figures},
            {"margins", margin_figures},
            {"decode", decode_figures},
            {"window", window_figures}};
}

}  // namespace marginscope
