// Every action of the window once: its name, its place in the menu, its keys and what it does.
// Menu, keys, the list of keys, the palette and the buttons of panels read this table. A workspace
// brings its own actions with its row; the window's are in window_actions.cpp.
//
// Main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

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
    using Test = bool (*)(const ActionContext&);

    std::string id;                        // "decode.back": what buttons and tests call it
    std::string menu;                      // "Decode"
    std::string name;                      // "One step back"
    std::vector<ImGuiKeyChord> keys = {};  // any of them; the first is the one that is told
    char character = 0;                    // or the key that types it, on whatever keyboard
    bool repeats = false;                  // while the key is held
    bool in_text = false;                  // also while a text field has the keyboard
    std::string only_in = "";              // the workspace where its keys work, before others'
    Test enabled = nullptr;                // nullptr: always
    std::function<bool(const ActionContext&)> checked = {};  // has a tick in the menu
    std::function<void(ActionContext&)> run = {};
};

/// In the order of the menu.
const std::vector<Action>& actions();
/// nullptr when there is none of that id.
const Action* find_action(std::string_view id);

bool is_enabled(const Action& action, const ActionContext& context);
/// Does nothing where it is not enabled.
void run_action(std::string_view id, ActionContext& context);

/// How its key is written: "Ctrl+O"; "" for none.
std::string key_of(const Action& action);
/// For a button that does it: "One step back (←)".
std::string hint_of(const Action& action);

/// Runs the actions whose keys were pressed, in that order; text fields swallow keys. Escape first
/// closes what is open.
void run_keys(ActionContext& context);

}  // namespace marginscope
