// Names of windows, and the pieces that default arrangements are made of.
#include "ui/panel.h"

#include <imgui_internal.h>

#include <string_view>

namespace marginscope {

std::string window_name(const std::string& title, const std::string& id) {
    return title + "###" + id;
}

std::string window_name(const PanelInfo& panel) { return window_name(panel.title, panel.id); }

void dock_panel(const char* id, std::span<const PanelInfo> panels, ImGuiID node) {
    for (const PanelInfo& panel : panels) {
        if (std::string_view(panel.id) == id)
            ImGui::DockBuilderDockWindow(window_name(panel).c_str(), node);
    }
}

void show_tab(const char* id, std::span<const PanelInfo> panels, ImGuiID node) {
    ImGuiDockNode* place = ImGui::DockBuilderGetNode(node);
    for (const PanelInfo& panel : panels) {
        if (std::string_view(panel.id) != id || place == nullptr) continue;
        place->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(window_name(panel).c_str()));
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
