// The range of what may be asked of particles.
#include "core/messages/particles.h"

#include <cmath>

namespace marginscope {

std::string wrong_setting(const SetParticles& settings) {
    const auto between = [](int value, int least, int most) {
        return value >= least && value <= most;
    };
    if (!between(settings.particles, 0, kMostParticles))
        return "\"particles\" should be from 0 to " + std::to_string(kMostParticles);
    if (!between(settings.tokens, 1, kMostParticleTokens))
        return "\"tokens\" should be from 1 to " + std::to_string(kMostParticleTokens);
    if (!std::isfinite(settings.barrier_weight) || std::abs(settings.barrier_weight) > 1000.0)
        return "\"barrier_weight\" should be a number from -1000 to 1000";
    return "";
}

}  // namespace marginscope
