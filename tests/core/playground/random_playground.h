// Playgrounds by seed.
#pragma once

#include <random>

#include "core/playground_document.h"

namespace marginscope {

inline PlaygroundDocument random_playground(unsigned seed, int tokens = 6, double size = 2.0) {
    std::mt19937 rng(seed);
    std::uniform_real_distribution<double> place(-size, size);
    std::uniform_real_distribution<double> entry(-1.5, 1.5);
    PlaygroundDocument document;
    for (int k = 0; k < tokens; ++k) {
        const double x = place(rng);
        document.tokens.push_back({x, place(rng)});
    }
    for (double& a : document.a) a = entry(rng);
    document.scale = 0.5 + std::abs(entry(rng));
    document.asked = tokens - 1;
    document.pull.target = {place(rng), place(rng)};
    return document;
}

}  // namespace marginscope
