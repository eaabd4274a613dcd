// Every action of the window once: its menu, its key, and what it does. Menus, keys, the key list
// and the palette read this table.
//
// Main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <span>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "ui/ui_state.h"

namespace marginscope {

struct ActionContext {
    const Frames& frames;
    UiState& state;
    CommandList& out;
};

struct Action {
    const char* menu;                       // "Decode"
    const char* name;                       // "One step forwards"
    ImGuiKeyChord chord;                    // ImGuiKey_None: only in the menu
    const char* key;                        // how the key is written, "" for none
    bool repeats;                           // while the key is held
    bool (*enabled)(const ActionContext&);  // nullptr: always
    void (*run)(ActionContext&);
    bool in_text = false;  // also while a text field has the keyboard
};

std::span<const Action> actions();
bool is_enabled(const Action& action, const ActionContext& context);

/// Runs the actions whose keys were pressed; text fields swallow keys.
void run_keys(ActionContext& context);

/// What opening this path means: a text, a model, a run or a path folder.
Command command_for_path(const std::string& path);

/// Index with the lowest determinant margin after `from` (wrapping), or -1: successive calls walk
/// the low margins in order of the text.
int next_low_margin(const MarginFrame& margins, int from, float threshold);

}  // namespace marginscope
