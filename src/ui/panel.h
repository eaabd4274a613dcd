// What every panel is given, and how panels announce themselves to the shell.
//
// Main thread. A panel is a free function: frames in by const reference, its view state, the
// context; it never waits, never computes what core computes, and first says what to do when there
// is nothing yet.
#pragma once

#include <span>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "ui/theme.h"
#include "ui/ui_state.h"

namespace marginscope {

struct PanelContext {
    const Theme& theme;
    Selection& selection;
    CommandList& out;
    Pictures* pictures = nullptr;  // null: no GL, panels leave the place empty
};

/// A docked panel. `id` is stable (layouts and settings are kept under it); `title` is what its tab
/// says.
struct PanelInfo {
    const char* id;
    const char* title;
    Workspace workspace;
    bool main;  // stays when Tab hides the others
    void (*draw)(const Frames& frames, UiState& state, PanelContext& context);
};

/// Panels of one workspace in the order of the menu; the inspector is the shell's own and is not in
/// the list.
std::span<const PanelInfo> panels_of(Workspace workspace);

/// Name of the panel's window: title for the eye, id for ImGui.
std::string window_name(const PanelInfo& panel);
std::string window_name(Workspace workspace, const char* title, const char* id);

/// Two empty dock nodes of a workspace: `main`, and `right`, where the inspector goes. Who splits
/// `right` leaves in it the part that the inspector shall have.
struct DockArea {
    ImGuiID main = 0;
    ImGuiID right = 0;
    ImVec2 size{0, 0};  // of main, in pixels
    float scale = 1.0F;
};
void dock_panels(Workspace workspace, DockArea& area);

/// For dock_…_panels: docks the panel of that id, and cuts `share` of a node off at one side.
void dock_panel(const char* id, std::span<const PanelInfo> panels, ImGuiID node);
enum class DockSide { left, right, top, bottom };
struct DockSplit {
    ImGuiID part = 0;  // what was cut off
    ImGuiID rest = 0;
};
DockSplit split_dock(ImGuiID node, DockSide side, float share);

}  // namespace marginscope
