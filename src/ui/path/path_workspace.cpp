// The row of the Path workspace: its panels, where they stand, and what gives them something to
// show.
#include "ui/path/path_workspace.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ui/path/changes_panel.h"
#include "ui/path/compare_panel.h"
#include "ui/path/path_grid.h"
#include "ui/path/path_plots.h"
#include "ui/path/path_view.h"
#include "ui/path/plan_panel.h"
#include "ui/path/proposal.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

/// The frames with the path's part that is shown.
Frames part_of(const Frames& frames, UiState& state) {
    Frames part = frames;
    part.path = shown_part(frames.path, state.view<PathView>());
    return part;
}

/// What one asked to compare is shown.
void bring_compare_forward(UiState& state) {
    if (std::exchange(state.view<PathView>().compare.asked, false)) state.raise = "path.compare";
}

void draw_grid_or_changes(const Frames& frames, UiState& state, PanelContext& context) {
    PathView& view = state.view<PathView>();
    if (frames.path != nullptr && grid_choice(*frames.path, view, context.theme))
        draw_path_changes(frames, view, context);
    else
        draw_path_grid(part_of(frames, state), view, context);
    bring_compare_forward(state);
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"path.plan", "Plan", true,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_plan(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
     }},
    {"path.grid", "Grid", false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_grid_or_changes(f, s, c); }},
    {"path.losses", "Losses", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_path_losses(part_of(f, s), s.view<PathView>(), c);
     }},
    {"path.margins", "Margins", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_path_margins(part_of(f, s), s.view<PathView>(), c);
     }},
    {"path.pareto", "Clean against noisy", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_pareto(part_of(f, s), s.view<PathView>(), c);
         bring_compare_forward(s);
     }},
    {"path.proposal", "Proposal", true,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_proposal(part_of(f, s), s.view<PathView>(), s.view<TrainView>().form.config, c);
     }},
    {"path.compare", "Compare", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_path_compare(part_of(f, s), s.view<PathView>(), s.view<TrainView>().form.config, c);
     }},
});

void dock_large(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    // The plan has the whole height: its form is long, and the plots are empty before it is filled
    // in.
    const DockSplit plan =
        split_dock(area.main, DockSide::left, std::clamp(292 * px / width, 0.2F, 0.5F));
    const DockSplit top =
        split_dock(plan.rest, DockSide::top, std::clamp(300 * px / height, 0.2F, 0.5F));
    const DockSplit grid = split_dock(top.part, DockSide::left, 0.6F);
    const DockSplit losses = split_dock(top.rest, DockSide::left, 0.5F);
    const DockSplit proposal = split_dock(area.right, DockSide::bottom, 0.66F);
    area.right = proposal.rest;
    dock_panel("path.plan", kPanels, plan.part);
    dock_panel("path.grid", kPanels, grid.part);
    dock_panel("path.losses", kPanels, losses.part);
    for (const char* id : {"path.margins", "path.compare"}) dock_panel(id, kPanels, losses.rest);
    show_tab("path.margins", kPanels, losses.rest);
    dock_panel("path.pareto", kPanels, grid.rest);
    dock_panel("path.proposal", kPanels, proposal.part);
}

// A small window or a large scale: what is set and said beside one picture at a time.
void dock_small(DockArea& area) {
    for (const char* id : {"path.plan", "path.proposal"}) dock_panel(id, kPanels, area.main);
    for (const char* id :
         {"path.grid", "path.losses", "path.margins", "path.pareto", "path.compare"})
        dock_panel(id, kPanels, area.right);
    show_tab("path.plan", kPanels, area.main);
    show_tab("path.grid", kPanels, area.right);
}

void dock(DockArea& area) {
    if (area.small)
        dock_small(area);
    else
        dock_large(area);
}

CommandList example() { return {OpenPath{}}; }

bool arrived(const Frames& f) { return f.path != nullptr; }

}  // namespace

Workspace path_workspace() {
    return {.id = "path",
            .title = "Path",
            .question = "Which lambda_m, and is it better than training with noise?",
            .panels = kPanels,
            .actions = {},
            .dock = dock,
            .shows_text = false,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
