// The cloud and its image.
#include "core/playground/noise_cloud.h"

#include <algorithm>

#include "core/playground/position_map.h"
#include "core/random.h"

namespace marginscope {

NoiseCloud noise_cloud(const PlaygroundDocument& document, int draws, std::uint64_t seed) {
    const PlanarPoint u = document.tokens[static_cast<std::size_t>(document.asked)];
    const PositionMap map(document, document.asked);
    const bool positive = map.det(u) > 0;
    NoiseCloud cloud;
    for (int k = 0; k < draws; ++k) {
        CounterRng rng({seed, DrawPurpose::playground_cloud, static_cast<std::uint64_t>(k)});
        const double x = rng.normal();
        const double y = rng.normal();
        const PlanarPoint at{u.x + document.noise * x, u.y + document.noise * y};
        cloud.before.push_back(at);
        cloud.after.push_back(map.residual(at));
        cloud.crossed.push_back((map.det(at) > 0) != positive);
    }
    const auto crossed = std::count(cloud.crossed.begin(), cloud.crossed.end(), true);
    cloud.share_crossed = draws > 0 ? static_cast<double>(crossed) / draws : 0.0;
    return cloud;
}

}  // namespace marginscope
