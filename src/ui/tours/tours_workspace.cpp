// One panel over the whole room: a tour itself stands beside whatever workspace it speaks of.
#include "ui/tours/tours_workspace.h"

#include <array>

#include "ui/tours/tour_actions.h"
#include "ui/tours/tour_list.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"tours.list", "Tours", false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_tour_list(f, c); }},
});

void dock(DockArea& area) { dock_panel("tours.list", kPanels, area.main); }

CommandList example() { return {StepDecode{48}}; }

bool arrived(const Frames& f) { return f.tour != nullptr; }

}  // namespace

Workspace tours_workspace() {
    return {.id = "tours",
            .title = "Tours",
            .question = "Where do I begin?",
            .panels = kPanels,
            .actions = tour_actions(),
            .dock = dock,
            .inspector = false,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
