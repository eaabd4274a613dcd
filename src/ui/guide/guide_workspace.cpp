// One panel over the whole room, and the key that leads to it.
#include "ui/guide/guide_workspace.h"

#include <array>

#include "ui/guide/guide_page.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"guide.page", "What is this?", false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_guide_page(f, c); }},
});

const std::vector<Action>& guide_actions() {
    static const std::vector<Action> table = {
        {.id = "help.guide",
         .menu = "Help",
         .name = "What is this?",
         .keys = {ImGuiKey_F1},
         .in_text = true,
         .run = [](ActionContext& c) { show_workspace(c.state, "guide"); }},
    };
    return table;
}

void dock(DockArea& area) { dock_panel("guide.page", kPanels, area.main); }

CommandList example() { return {StepDecode{48}}; }

bool arrived(const Frames& f) { return f.decode != nullptr && f.margins != nullptr; }

}  // namespace

Workspace guide_workspace() {
    return {.id = "guide",
            .title = "Guide",
            .question = "What is a margin, and what do the colours mean?",
            .panels = kPanels,
            .actions = guide_actions(),
            .dock = dock,
            .inspector = false,
            .shows_text = true,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
