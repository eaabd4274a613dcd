// The list of the Path workspace's panels and their default arrangement.
#include "ui/path/path_panels.h"

#include <algorithm>
#include <array>

#include "ui/path/path_grid.h"
#include "ui/path/path_plots.h"
#include "ui/path/plan_form.h"
#include "ui/path/proposal.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"path.plan", "Plan", Workspace::path, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_plan(f, s.path, c); }},
    {"path.grid", "Grid", Workspace::path, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_path_grid(f, s.path, c); }},
    {"path.losses", "Losses", Workspace::path, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_path_losses(f, s.path, c); }},
    {"path.margins", "Margins", Workspace::path, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_path_margins(f, s.path, c); }},
    {"path.pareto", "Clean against noisy", Workspace::path, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_pareto(f, s.path, c); }},
    {"path.proposal", "Proposal", Workspace::path, false,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_proposal(f, s.path, c); }},
});

}  // namespace

std::span<const PanelInfo> path_panels() { return kPanels; }

void dock_path_panels(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    const DockSplit top =
        split_dock(area.main, DockSide::top, std::clamp(300 * px / height, 0.2F, 0.5F));
    const DockSplit plan =
        split_dock(top.part, DockSide::left, std::clamp(300 * px / width, 0.2F, 0.5F));
    const DockSplit losses = split_dock(top.rest, DockSide::left, 0.38F);
    const DockSplit margins = split_dock(losses.rest, DockSide::left, 0.5F);
    const DockSplit proposal = split_dock(area.right, DockSide::bottom, 0.66F);
    area.right = proposal.rest;
    dock_panel("path.plan", kPanels, plan.part);
    dock_panel("path.grid", kPanels, plan.rest);
    dock_panel("path.losses", kPanels, losses.part);
    dock_panel("path.margins", kPanels, margins.part);
    dock_panel("path.pareto", kPanels, margins.rest);
    dock_panel("path.proposal", kPanels, proposal.part);
}

}  // namespace marginscope
