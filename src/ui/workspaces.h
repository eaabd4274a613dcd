// The table of workspaces: all that the shell, the tabs, the keys, `render` and the tests know of
// one. Each folder exports its row; a new workspace is a folder and a line in workspaces.cpp.
//
// Main thread; the rows are constants.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ui/actions.h"
#include "ui/panel.h"

namespace marginscope {

struct Workspace {
    std::string_view id;        // what settings, commands and `render` call it
    const char* title = "";     // its tab
    const char* question = "";  // what it answers, in a sentence
    std::span<const PanelInfo> panels;
    std::span<const Action> actions;     // those that belong to it, in the order of the menu
    void (*dock)(DockArea&) = nullptr;   // where its panels stand by default
    bool inspector = true;               // the inspector of the selection stands at its right
    bool shows_text = false;             // its panels show the text's numbers (SetView::text_shown)
    CommandList (*example)() = nullptr;  // gives it something to show where nobody is there
    bool (*arrived)(const Frames&) = nullptr;  // everything it shows is there
};

/// In the order of the tabs; Ctrl+1 is the first.
std::span<const Workspace> workspaces();

/// nullptr when there is none of that name.
const Workspace* find_workspace(std::string_view id);

/// The one that is shown.
const Workspace& shown_workspace(const UiState& state);
void show_workspace(UiState& state, std::string_view id);

std::vector<std::string> workspace_names();

/// What a tour may point at: the ids of each one's panels, its inspector's among them.
TourPlaces tour_places();

/// Id of the inspector's window in a workspace, as those of panels.
std::string inspector_id(const Workspace& workspace);

}  // namespace marginscope
