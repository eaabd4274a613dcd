// The one place that lists the workspaces.
#include "ui/workspaces.h"

#include "ui/decode/decode_workspace.h"
#include "ui/guide/guide_workspace.h"
#include "ui/path/path_workspace.h"
#include "ui/playground/playground_workspace.h"
#include "ui/robustness/robustness_workspace.h"
#include "ui/tours/tours_workspace.h"
#include "ui/train/train_workspace.h"

namespace marginscope {

std::span<const Workspace> workspaces() {
    static const std::vector<Workspace> rows = {
        decode_workspace(),     train_workspace(), path_workspace(),  robustness_workspace(),
        playground_workspace(), tours_workspace(), guide_workspace(),
    };
    return rows;
}

const Workspace* find_workspace(std::string_view id) {
    for (const Workspace& workspace : workspaces())
        if (workspace.id == id) return &workspace;
    return nullptr;
}

const Workspace& shown_workspace(const UiState& state) {
    const Workspace* workspace = find_workspace(state.workspace);
    return workspace != nullptr ? *workspace : workspaces().front();
}

void show_workspace(UiState& state, std::string_view id) {
    state.workspace = id;
    state.maximized.clear();
}

std::vector<std::string> workspace_names() {
    std::vector<std::string> names;
    for (const Workspace& workspace : workspaces()) names.emplace_back(workspace.id);
    return names;
}

TourPlaces tour_places() {
    TourPlaces places;
    for (const Workspace& workspace : workspaces()) {
        std::vector<std::string>& panels = places[std::string(workspace.id)];
        for (const PanelInfo& panel : workspace.panels) panels.emplace_back(panel.id);
        if (workspace.inspector) panels.push_back(inspector_id(workspace));
    }
    return places;
}

std::string inspector_id(const Workspace& workspace) {
    return "inspector." + std::string(workspace.id);
}

}  // namespace marginscope
