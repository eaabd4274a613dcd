// A cloud of noise around the token in question, and what the map u -> u - mu(u) makes of it: near
// the boundary it folds.
//
// Pure; any thread; float64. Draws are counter-based: the k-th is the same at every sigma.
#pragma once

#include <cstdint>
#include <vector>

#include "core/playground_document.h"

namespace marginscope {

struct NoiseCloud {
    std::vector<PlanarPoint> before;  // u + eps
    std::vector<PlanarPoint> after;   // the residual there
    std::vector<bool> crossed;        // det J there has another sign than at u
    double share_crossed = 0;
};

NoiseCloud noise_cloud(const PlaygroundDocument& document, int draws, std::uint64_t seed = 0);

}  // namespace marginscope
