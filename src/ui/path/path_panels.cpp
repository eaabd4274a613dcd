// The list of the Path workspace's panels and their default arrangement.
#include "ui/path/path_panels.h"

#include <array>

#include "ui/widgets.h"

namespace marginscope {
namespace {

void draw_main(const Frames&, UiState& state, PanelContext&) {
    empty_state(state.theme, "Nothing yet",
                "No path yet. Start one: it trains a model for every lambda_m and seed.");
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"path.main", "Grid", Workspace::path, true, draw_main},
});

}  // namespace

std::span<const PanelInfo> path_panels() { return kPanels; }

void dock_path_panels(DockArea& area) { dock_panel("path.main", kPanels, area.main); }

}  // namespace marginscope
