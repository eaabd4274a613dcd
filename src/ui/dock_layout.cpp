// The default arrangement, and what is kept alive of the workspaces that are not shown.
#include "ui/dock_layout.h"

#include <imgui_internal.h>

#include <algorithm>

#include "ui/workspaces.h"

namespace marginscope {
namespace {

// Below this the usual arrangement would leave no panel enough room.
bool is_small(ImVec2 size, float scale) { return size.x < 970 * scale || size.y < 500 * scale; }

// A window that grows gives all panels their share of it; ImGui's central node would take it alone.
void share_growth(ImGuiID root) {
    ImGuiDockNode* central = ImGui::DockBuilderGetCentralNode(root);
    if (central != nullptr && !central->IsRootNode())
        central->SetLocalFlags(central->LocalFlags & ~ImGuiDockNodeFlags_CentralNode);
}

void build_layout(const Workspace& workspace, ImGuiID root, ImVec2 size, float scale, bool small) {
    ImGui::DockBuilderRemoveNode(root);
    ImGui::DockBuilderAddNode(root, ImGuiDockNodeFlags_DockSpace);
    ImGui::DockBuilderSetNodeSize(root, size);
    DockArea area{root, 0, size, scale, small};
    if (workspace.inspector) {
        const float share =
            small ? 0.5F : std::clamp(252.0F * scale / std::max(size.x, 1.0F), 0.12F, 0.4F);
        const DockSplit split = split_dock(root, DockSide::right, share);
        area = {split.rest, split.part, ImVec2(size.x * (1 - share), size.y), scale, small};
    }
    workspace.dock(area);
    if (workspace.inspector) {
        ImGui::DockBuilderDockWindow(window_name("Inspector", inspector_id(workspace)).c_str(),
                                     area.right);
    }
    share_growth(root);
    ImGui::DockBuilderFinish(root);
}

}  // namespace

void draw_dock_spaces(UiState& state, ImVec2 size, ImVec2 whole) {
    for (const Workspace& workspace : workspaces()) {
        const ImGuiID id = ImGui::GetID(("dock." + std::string(workspace.id)).c_str());
        const bool shown = workspace.id == state.workspace;
        const bool fresh = ImGui::DockBuilderGetNode(id) == nullptr;
        // The user's own arrangement stays until the window gets too small for it, or large again.
        int* known = ImGui::GetStateStorage()->GetIntRef(id, -1);
        const int small = is_small(whole, state.theme.scale) ? 1 : 0;
        if (shown && (fresh || state.reset_layout || (*known >= 0 && *known != small)))
            build_layout(workspace, id, size, state.theme.scale, small != 0);
        if (shown) *known = small;
        ImGuiDockNodeFlags flags = shown && state.maximized.empty()
                                       ? ImGuiDockNodeFlags_None
                                       : ImGuiDockNodeFlags_KeepAliveOnly;
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
