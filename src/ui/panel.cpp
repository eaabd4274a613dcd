// The lists of panels and the default arrangement of each workspace.
#include "ui/panel.h"

#include <imgui_internal.h>

#include "ui/decode/decode_panels.h"
#include "ui/path/path_panels.h"
#include "ui/train/train_panels.h"

namespace marginscope {

std::span<const PanelInfo> panels_of(Workspace workspace) {
    switch (workspace) {
        case Workspace::decode:
            return decode_panels();
        case Workspace::train:
            return train_panels();
        case Workspace::path:
            return path_panels();
    }
    return {};
}

std::string window_name(Workspace, const char* title, const char* id) {
    return std::string(title) + "###" + id;
}

std::string window_name(const PanelInfo& panel) {
    return window_name(panel.workspace, panel.title, panel.id);
}

void dock_panels(Workspace workspace, DockArea& area) {
    switch (workspace) {
        case Workspace::decode:
            dock_decode_panels(area);
            break;
        case Workspace::train:
            dock_train_panels(area);
            break;
        case Workspace::path:
            dock_path_panels(area);
            break;
    }
}

void dock_panel(const char* id, std::span<const PanelInfo> panels, ImGuiID node) {
    for (const PanelInfo& panel : panels) {
        if (std::string_view(panel.id) == id)
            ImGui::DockBuilderDockWindow(window_name(panel).c_str(), node);
    }
}

DockSplit split_dock(ImGuiID node, DockSide side, float share) {
    DockSplit result;
    const ImGuiDir dir = side == DockSide::left    ? ImGuiDir_Left
                         : side == DockSide::right ? ImGuiDir_Right
                         : side == DockSide::top   ? ImGuiDir_Up
                                                   : ImGuiDir_Down;
    ImGui::DockBuilderSplitNode(node, dir, share, &result.part, &result.rest);
    return result;
}

}  // namespace marginscope
