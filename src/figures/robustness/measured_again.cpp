// Settings of what is shown.
#include "figures/robustness/measured_again.h"

namespace marginscope {
namespace {

StartRobustness of_curves(const RobustnessCurves& curves, RobustnessParts parts) {
    StartRobustness start{curves.settings, parts};
    start.settings.models.clear();
    for (const RobustnessModel& model : curves.models) start.settings.models.push_back(model.path);
    return start;
}

}  // namespace

std::optional<StartRobustness> measured_again(const RobustnessFrame& frame, std::string_view figure,
                                              const RobustnessLook& look) {
    if (figure == "robustness.fragility" || figure == "robustness.predictors") {
        if (frame.fragility == nullptr) return std::nullopt;
        StartRobustness start{frame.fragility->settings, {.fragility = true}};
        start.settings.models = {frame.fragility->model.path};
        start.settings.fragile_model = 0;
        return start;
    }
    if (figure == "robustness.support") {
        if (frame.support == nullptr) return std::nullopt;
        return of_curves(*frame.support, {.support = true});
    }
    const bool stories = figure == "robustness.stories";
    if (stories || look.shown == "noise" || frame.characters == nullptr) {
        if (frame.noise == nullptr) return std::nullopt;
        return of_curves(*frame.noise, {.noise = true, .stories = stories});
    }
    return of_curves(*frame.characters, {.characters = true});
}

}  // namespace marginscope
