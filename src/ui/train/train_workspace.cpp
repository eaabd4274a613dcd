// The row of the Train workspace: its panels, where they stand, and what gives them something to
// show.
#include "ui/train/train_workspace.h"

#include <algorithm>
#include <array>

#include "ui/train/figures.h"
#include "ui/train/head_history.h"
#include "ui/train/loss.h"
#include "ui/train/margin_history.h"
#include "ui/train/moment_controls.h"
#include "ui/train/run_controls.h"
#include "ui/train/train_actions.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

/// Of the training and its fork the one that is chosen in the panel Run.
bool fork_chosen(UiState& state) {
    return state.history.forked && state.view<TrainView>().live.of_fork;
}
const TrainSeries& chosen_series(UiState& state) {
    return fork_chosen(state) ? state.history.fork : state.history.run;
}
const TrainingFrame* chosen_frame(const Frames& frames, UiState& state) {
    return (fork_chosen(state) && frames.fork != nullptr ? frames.fork : frames.training).get();
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"train.run", "Run", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_run_controls(f, s.history, s.view<TrainView>(), c);
     }},
    {"train.form", "Next run", true,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_run_form(f, s.history, s.view<TrainView>(), c);
     }},
    {"train.loss", "Loss", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_losses(f, s.history, s.view<TrainView>().loss, c);
     }},
    {"train.margins", "Margins over time", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_margin_history(chosen_series(s), past_moment(chosen_frame(f, s)),
                             s.view<TrainView>().histogram, c);
     }},
    {"train.heads", "Heads over time", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_head_history(chosen_series(s), past_moment(chosen_frame(f, s)),
                           s.view<TrainView>().heads, c);
     }},
    {"train.sample", "Sample", false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_sample(chosen_frame(f, s), c); }},
    {"train.figures", "Figures", true,
     [](const Frames& f, UiState& s,
        PanelContext& c) { draw_run_figures(chosen_frame(f, s), chosen_series(s), s.loop, c); }},
});

void dock_large(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    const DockSplit left =
        split_dock(area.main, DockSide::left, std::clamp(292 * px / width, 0.2F, 0.45F));
    const DockSplit run =
        split_dock(left.part, DockSide::top, std::clamp(372 * px / height, 0.25F, 0.6F));
    const DockSplit bottom = split_dock(left.rest, DockSide::bottom, 0.40F);
    const DockSplit margins = split_dock(bottom.part, DockSide::left, 0.52F);
    const DockSplit figures = split_dock(area.right, DockSide::bottom, 0.62F);
    area.right = figures.rest;
    dock_panel("train.run", kPanels, run.part);
    dock_panel("train.form", kPanels, run.rest);
    dock_panel("train.loss", kPanels, bottom.rest);
    dock_panel("train.margins", kPanels, margins.part);
    dock_panel("train.heads", kPanels, margins.part);
    show_tab("train.margins", kPanels, margins.part);
    dock_panel("train.sample", kPanels, margins.rest);
    dock_panel("train.figures", kPanels, figures.part);
}

// A small window or a large scale: what is set and said beside one picture at a time.
void dock_small(DockArea& area) {
    for (const char* id : {"train.run", "train.form", "train.sample", "train.figures"})
        dock_panel(id, kPanels, area.main);
    for (const char* id : {"train.loss", "train.margins", "train.heads"})
        dock_panel(id, kPanels, area.right);
    show_tab("train.run", kPanels, area.main);
    show_tab("train.loss", kPanels, area.right);
}

void dock(DockArea& area) {
    if (area.small)
        dock_small(area);
    else
        dock_large(area);
}

CommandList example() { return {StartTraining{}, TrainUntil{60}}; }

bool arrived(const Frames& f) { return f.training != nullptr; }

}  // namespace

Workspace train_workspace() {
    return {.id = "train",
            .title = "Train",
            .question = "What does the barrier do while a model learns?",
            .panels = kPanels,
            .actions = train_actions(),
            .dock = dock,
            .shows_text = false,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
