// The row of the Robustness workspace: its panels, where they stand, and what gives them something
// to show.
#include "ui/robustness/robustness_workspace.h"

#include <algorithm>
#include <array>

#include "ui/robustness/curve_panels.h"
#include "ui/robustness/fragility_panels.h"
#include "ui/robustness/robustness_actions.h"
#include "ui/robustness/robustness_view.h"
#include "ui/robustness/settings_panel.h"

namespace marginscope {
namespace {

template <void (*kDraw)(const Frames&, RobustnessView&, PanelContext&)>
void draw(const Frames& frames, UiState& state, PanelContext& context) {
    kDraw(frames, state.view<RobustnessView>(), context);
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"robustness.settings", "Measure", true, draw<draw_robustness_settings>},
    {"robustness.loss", "Loss", false, draw<draw_noise_losses>},
    {"robustness.flips", "Changed predictions", false, draw<draw_noise_flips>},
    {"robustness.support", "Support tokens", false, draw<draw_support_noise>},
    {"robustness.stories", "Stories", false, draw<draw_stories>},
    {"robustness.fragility", "Margin against noise", false, draw<draw_fragility>},
    {"robustness.predictors", "What predicts it", false, draw<draw_predictors>},
});

void dock_large(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const DockSplit form =
        split_dock(area.main, DockSide::left, std::clamp(292 * area.scale / width, 0.2F, 0.5F));
    const DockSplit top = split_dock(form.rest, DockSide::top, 0.52F);
    const DockSplit loss = split_dock(top.part, DockSide::left, 0.5F);
    const DockSplit fragility = split_dock(top.rest, DockSide::left, 0.5F);
    dock_panel("robustness.settings", kPanels, form.part);
    dock_panel("robustness.loss", kPanels, loss.part);
    dock_panel("robustness.flips", kPanels, loss.rest);
    dock_panel("robustness.fragility", kPanels, fragility.part);
    for (const char* id : {"robustness.predictors", "robustness.support", "robustness.stories"})
        dock_panel(id, kPanels, fragility.rest);
    show_tab("robustness.predictors", kPanels, fragility.rest);
}

// A small window or a large scale: the form beside one picture at a time.
void dock_small(DockArea& area) {
    const DockSplit form = split_dock(area.main, DockSide::left, 0.5F);
    dock_panel("robustness.settings", kPanels, form.part);
    for (const PanelInfo& panel : kPanels)
        if (!panel.side) dock_panel(panel.id, kPanels, form.rest);
    show_tab("robustness.loss", kPanels, form.rest);
}

void dock(DockArea& area) {
    if (area.small)
        dock_small(area);
    else
        dock_large(area);
}

/// Everything of the shown model, with little of each: some seconds.
CommandList example() {
    StartRobustness start;
    start.parts = {.noise = true, .stories = true, .support = true, .fragility = true};
    start.settings.max_windows = 64;
    start.settings.draws = 4;
    start.settings.story_characters = 300;
    start.settings.positions = 512;
    start.settings.directions = 4;
    return {start};
}

bool arrived(const Frames& f) {
    return f.robustness != nullptr && !f.robustness->running && f.decode != nullptr &&
           f.margins != nullptr;
}

}  // namespace

Workspace robustness_workspace() {
    return {.id = "robustness",
            .title = "Robustness",
            .question = "What does noise do to a model, and does the margin predict it?",
            .panels = kPanels,
            .actions = robustness_actions(),
            .dock = dock,
            .inspector = false,
            .shows_text = false,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
