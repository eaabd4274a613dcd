// The groups of `marginscope bench`.
#include "bench/figures.h"

namespace marginscope {

std::vector<BenchGroup> bench_groups() {
    return {{.name = "training", .measure = training_figures},
            {.name = "gpu", .measure = gpu_figures},
            {.name = "precision", .measure = precision_figures},
            {.name = "memory", .measure = memory_figures},
            {.name = "margins", .measure = margin_figures},
            {.name = "path", .measure = path_figures},
            {.name = "decode", .measure = decode_figures},
            {.name = "subset", .measure = subset_figures},
            {.name = "particles", .measure = particle_figures},
            {.name = "floor", .measure = floor_figures},
            {.name = "window", .measure = window_figures},
            {.name = "playground", .measure = playground_figures},
            {.name = "whole_path", .measure = whole_path_figures, .by_default = false},
            {.name = "scaling", .measure = scaling_figures, .by_default = false}};
}

}  // namespace marginscope
