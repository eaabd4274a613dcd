// The row of the Playground: its panels, where they stand, and what gives them something to show.
#include "ui/playground/playground_workspace.h"

#include <algorithm>
#include <array>

#include "ui/playground/playground_actions.h"
#include "ui/playground/playground_panels.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"playground.setup", "Setup", true,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_playground_setup(f, s.view<PlaygroundView>(), c);
     }},
    {"playground.barrier", "Barrier at work", false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_playground_barrier(f, c); }},
    {"playground.rests", "The U of lambda_m", false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_playground_rests(f, c); }},
    {"playground.tokens", "All tokens", true,
     [](const Frames& f, UiState&, PanelContext& c) { draw_playground_tokens(f, c); }},
    {"playground.numbers", "Numbers", true,
     [](const Frames& f, UiState&, PanelContext& c) { draw_playground_numbers(f, c); }},
    {"playground.svm", "SVM", false,
     [](const Frames& f, UiState& s, PanelContext& c) {
         draw_playground_svm(f, s.view<PlaygroundView>().svm, c);
     }},
    {"playground.likeness", "Like an SVM?", false,
     [](const Frames& f, UiState&, PanelContext& c) { draw_playground_likeness(f, c); }},
    // Last, so that it has the keyboard when the workspace is first shown.
    {"playground.plane", "Plane", false,
     [](const Frames& f, UiState& s,
        PanelContext& c) { draw_playground_plane(f, s.view<PlaygroundView>().plane, c); }},
});

// The plane in the middle, what is set at its left, what it says at its right, the SVM below that.
void dock_large(DockArea& area) {
    const float width = std::max(1.0F, area.size.x);
    const float height = std::max(1.0F, area.size.y);
    const float px = area.scale;
    const bool tall = height > 900 * px;
    const DockSplit setup =
        split_dock(area.main, DockSide::left, std::clamp(272 * px / width, 0.15F, 0.4F));
    const DockSplit right =
        split_dock(setup.rest, DockSide::right,
                   std::clamp((tall ? 400 : 330) * px / (width - 272 * px), 0.2F, 0.45F));
    const DockSplit bottom = split_dock(right.rest, DockSide::bottom,
                                        std::clamp((tall ? 230 : 196) * px / height, 0.2F, 0.4F));
    const DockSplit svm = split_dock(right.part, DockSide::bottom, tall ? 0.4F : 0.56F);
    dock_panel("playground.setup", kPanels, setup.part);
    dock_panel("playground.plane", kPanels, bottom.rest);
    if (width > 1500 * px) {
        const DockSplit two = split_dock(bottom.part, DockSide::right, 0.5F);
        dock_panel("playground.barrier", kPanels, two.rest);
        dock_panel("playground.rests", kPanels, two.part);
    } else {
        dock_panel("playground.barrier", kPanels, bottom.part);
        dock_panel("playground.rests", kPanels, bottom.part);
        show_tab("playground.barrier", kPanels, bottom.part);
    }
    dock_panel("playground.svm", kPanels, svm.part);
    dock_panel("playground.likeness", kPanels, svm.part);
    show_tab("playground.svm", kPanels, svm.part);
    if (tall) {
        const DockSplit tokens = split_dock(svm.rest, DockSide::top, 0.46F);
        dock_panel("playground.tokens", kPanels, tokens.part);
        dock_panel("playground.numbers", kPanels, tokens.rest);
    } else {
        dock_panel("playground.tokens", kPanels, svm.rest);
        dock_panel("playground.numbers", kPanels, svm.rest);
        show_tab("playground.tokens", kPanels, svm.rest);
    }
}

// A small window or a large scale: the plane beside one other panel at a time.
void dock_small(DockArea& area) {
    const DockSplit split = split_dock(area.main, DockSide::right, 0.45F);
    dock_panel("playground.plane", kPanels, split.rest);
    for (const char* id :
         {"playground.setup", "playground.tokens", "playground.numbers", "playground.barrier",
          "playground.rests", "playground.svm", "playground.likeness"})
        dock_panel(id, kPanels, split.part);
    show_tab("playground.setup", kPanels, split.part);
}

void dock(DockArea& area) {
    if (area.small)
        dock_small(area);
    else
        dock_large(area);
}

// Its own preset is there from the start.
CommandList example() { return {}; }

bool arrived(const Frames& f) {
    return f.playground != nullptr && f.playground->rests != nullptr && !f.playground->rests_lag;
}

}  // namespace

Workspace playground_workspace() {
    return {.id = "playground",
            .title = "Playground",
            .question = "What is a margin, in a plane that one can hold?",
            .panels = kPanels,
            .actions = playground_actions(),
            .dock = dock,
            .inspector = false,
            .shows_text = false,
            .example = example,
            .arrived = arrived};
}

}  // namespace marginscope
