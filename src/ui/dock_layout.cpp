// The default arrangement, and what is kept alive of the workspaces that are not shown.
#include "ui/dock_layout.h"

#include <imgui_internal.h>

#include <algorithm>

#include "ui/workspaces.h"

namespace marginscope {
namespace {

void build_layout(const Workspace& workspace, ImGuiID root, ImVec2 size, float scale) {
    ImGui::DockBuilderRemoveNode(root);
    ImGui::DockBuilderAddNode(root, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(root, size);
    DockArea area{root, 0, size, scale};
    if (workspace.inspector) {
        const float share = std::clamp(252.0F * scale / std::max(size.x, 1.0F), 0.12F, 0.4F);
        const DockSplit split = split_dock(root, DockSide::right, share);
        area = {split.rest, split.part, ImVec2(size.x * (1 - share), size.y), scale};
    }
    workspace.dock(area);
    if (workspace.inspector) {
        ImGui::DockBuilderDockWindow(window_name("Inspector", inspector_id(workspace)).c_str(),
                                     area.right);
    }
    ImGui::DockBuilderFinish(root);
}

}  // namespace

void draw_dock_spaces(UiState& state, ImVec2 size) {
    for (const Workspace& workspace : workspaces()) {
        const ImGuiID id = ImGui::GetID(("dock." + std::string(workspace.id)).c_str());
        const bool shown = workspace.id == state.workspace;
        const bool fresh = ImGui::DockBuilderGetNode(id) == nullptr;
        if (shown && (fresh || state.reset_layout))
            build_layout(workspace, id, size, state.theme.scale);
        ImGuiDockNodeFlags flags =
            shown ? ImGuiDockNodeFlags_None : ImGuiDockNodeFlags_KeepAliveOnly;
        flags |= static_cast<int>(ImGuiDockNodeFlags_NoWindowMenuButton) |
                 static_cast<int>(ImGuiDockNodeFlags_NoCloseButton);
        if (!shown && fresh) continue;  // built when it is first looked at
        // The strips behind tabs are the ground, which the cleared screen already is.
        for (const ImGuiCol strip : {ImGuiCol_TitleBg, ImGuiCol_TitleBgActive})
            ImGui::PushStyleColor(strip, IM_COL32_BLACK_TRANS);
        ImGui::DockSpace(id, size, flags);
        ImGui::PopStyleColor(2);
    }
    state.reset_layout = false;
}

}  // namespace marginscope
