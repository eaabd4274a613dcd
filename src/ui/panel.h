// What every panel is given, and how panels announce themselves to the shell.
//
// Main thread. A panel is a free function: frames in by const reference, its view state, the
// context; it never waits, never computes what core computes, and first says what to do when there
// is nothing yet.
#pragma once

#include <span>
#include <string>
#include <vector>

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
    // Ids of the actions that its buttons ask for; run once the frame's panels are drawn.
    std::vector<std::string> asked = {};
};

/// A docked panel. `id` is stable (layouts and settings are kept under it); `title` is what its tab
/// says.
struct PanelInfo {
    const char* id;
    const char* title;
    bool side;  // steps aside when Tab leaves the room to the others
    void (*draw)(const Frames& frames, UiState& state, PanelContext& context);
};

/// Name of the panel's window: title for the eye, id for ImGui.
std::string window_name(const PanelInfo& panel);
std::string window_name(const std::string& title, const std::string& id);

/// Two empty dock nodes of a workspace: `main`, and `right`, where the inspector goes. Who splits
/// `right` leaves in it the part that the inspector shall have; `right` is 0 where there is none.
struct DockArea {
    ImGuiID main = 0;
    ImGuiID right = 0;
    ImVec2 size{0, 0};  // of main, in pixels
    float scale = 1.0F;
    bool small = false;  // a small window or a large scale: few panels at a time, the rest in tabs
};

/// For a workspace's `dock`: docks the panel of that id, and cuts `share` of a node off at one
/// side.
void dock_panel(const char* id, std::span<const PanelInfo> panels, ImGuiID node);
/// The tab that is in front of its node's others until another one is chosen.
void show_tab(const char* id, std::span<const PanelInfo> panels, ImGuiID node);
enum class DockSide { left, right, top, bottom };
struct DockSplit {
    ImGuiID part = 0;  // what was cut off
    ImGuiID rest = 0;
};
DockSplit split_dock(ImGuiID node, DockSide side, float share);

}  // namespace marginscope
