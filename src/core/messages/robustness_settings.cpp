// Counts passes.
#include "core/messages/robustness_settings.h"

#include <algorithm>

namespace marginscope {
namespace {

constexpr double kAllWindows = 1500;        // where no number is given: of a megabyte's last tenth
constexpr double kMeasuredAWindow = 32;     // characters: half a usual context
constexpr double kRungs = 48;               // that a direction climbs until a prediction flips
constexpr double kMarginShare = 1.3;        // of flips and margins together, by the flips
constexpr double kSupportPasses = 0.5;      // to find a window's support tokens
constexpr double kPassesACharacter = 0.17;  // of a story: one by one, without a batch

double with_noise(const std::vector<double>& levels, int draws) {
    const auto noisy =
        std::count_if(levels.begin(), levels.end(), [](double level) { return level > 0; });
    return 1 + static_cast<double>(noisy) * draws;
}

}  // namespace

double robustness_passes(const RobustnessSettings& settings, const RobustnessParts& parts) {
    const double windows =
        settings.max_windows > 0 ? static_cast<double>(settings.max_windows) : kAllWindows;
    const double curve = windows * with_noise(settings.sigmas, settings.draws);
    double passes = 0;
    if (parts.noise || parts.stories) passes += curve;
    if (parts.stories)
        passes += kPassesACharacter * settings.story_characters * settings.draws *
                  static_cast<double>(settings.sigmas.size());
    if (parts.characters)
        passes += windows * (1 + static_cast<double>(settings.rates.size()) * settings.draws) *
                  static_cast<double>(settings.characters.size());
    if (parts.support) passes += 2 * (curve + kSupportPasses * windows);
    passes *= static_cast<double>(settings.models.size());
    if (parts.fragility)
        passes += static_cast<double>(settings.positions) / kMeasuredAWindow * settings.directions *
                  kRungs * kMarginShare;
    return passes;
}

}  // namespace marginscope
