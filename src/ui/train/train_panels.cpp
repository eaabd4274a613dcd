// The list of the Train workspace's panels and their default arrangement.
#include "ui/train/train_panels.h"

#include <array>

#include "ui/widgets.h"

namespace marginscope {
namespace {

void draw_main(const Frames&, UiState& state, PanelContext&) {
    empty_state(state.theme, "Nothing yet",
                "Training has not started. Press Start to train the loaded model or a new one.");
}

const std::array kPanels = std::to_array<PanelInfo>({
    {"train.main", "Loss", Workspace::train, true, draw_main},
});

}  // namespace

std::span<const PanelInfo> train_panels() { return kPanels; }

void dock_train_panels(ImGuiID root, ImVec2, float) { dock_panel("train.main", kPanels, root); }

}  // namespace marginscope
