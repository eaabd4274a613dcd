// The whole table, and what a key press means.
#include "ui/actions.h"

#include <algorithm>

#include "ui/boxes/boxes.h"
#include "ui/decode/edit_actions.h"
#include "ui/export/export_actions.h"
#include "ui/window_actions.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

// What a press means where `state` is shown: the action of the workspace before any other.
const Action* action_of(const KeyPress& press, const ActionContext& c) {
    const Action* found = nullptr;
    for (const Action& action : actions()) {
        const bool hit = press.chord != 0
                             ? std::find(action.keys.begin(), action.keys.end(), press.chord) !=
                                   action.keys.end()
                             : action.character != 0 &&
                                   press.character == static_cast<unsigned>(action.character);
        if (!hit || !is_enabled(action, c)) continue;
        if (!action.only_in.empty() && action.only_in == c.state.workspace) return &action;
        if (action.only_in.empty() && found == nullptr) found = &action;
    }
    return found;
}

int place_of_menu(const Action& action) {
    if (action.menu == "File") return 0;
    if (action.menu == "Edit") return 1;
    if (action.menu == "View") return 3;
    return action.menu == "Help" ? 4 : 2;
}

void run_held_keys(ActionContext& c, bool typing) {
    for (const Action& action : actions()) {
        if (!action.repeats || (typing && !action.in_text) || !is_enabled(action, c)) continue;
        for (const ImGuiKeyChord chord : action.keys)
            if (repeats(chord) && action_of({.chord = chord}, c) == &action) action.run(c);
    }
}

}  // namespace

const std::vector<Action>& actions() {
    static const std::vector<Action> table = [] {
        std::vector<Action> all = file_actions();
        // Quit stays the last row of its menu.
        const std::vector<Action> out = export_actions();
        all.insert(all.empty() ? all.end() : all.end() - 1, out.begin(), out.end());
        for (Action& row : edit_actions()) all.push_back(std::move(row));
        for (const Workspace& workspace : workspaces())
            all.insert(all.end(), workspace.actions.begin(), workspace.actions.end());
        for (auto part : {view_actions(), help_actions()})
            all.insert(all.end(), part.begin(), part.end());
        // A workspace may bring rows of the window's own menus: they come first in them.
        std::stable_sort(all.begin(), all.end(), [](const Action& a, const Action& b) {
            return place_of_menu(a) < place_of_menu(b);
        });
        return all;
    }();
    return table;
}

const Action* find_action(std::string_view id) {
    for (const Action& action : actions())
        if (action.id == id) return &action;
    return nullptr;
}

bool is_enabled(const Action& action, const ActionContext& context) {
    return action.enabled == nullptr || action.enabled(context);
}

void run_action(std::string_view id, ActionContext& context) {
    const Action* action = find_action(id);
    IM_ASSERT(action != nullptr);
    if (is_enabled(*action, context)) action->run(context);
}

std::string key_of(const Action& action) {
    if (action.character != 0) return std::string(1, action.character);
    return action.keys.empty() ? "" : key_words(action.keys.front());
}

std::string hint_of(const Action& action) {
    const std::string key = key_of(action);
    return key.empty() ? action.name : action.name + " (" + key + ")";
}

void run_keys(ActionContext& context) {
    bool in_field = ImGui::GetIO().WantTextInput;
    for (const KeyPress& press : context.state.keys.take()) {
        const bool in_palette = context.state.boxes.open == Box::palette;
        if (press.chord == ImGuiKey_Escape && close_what_is_open(context.state)) {
            in_field = false;  // its field went with it
            continue;
        }
        const Action* action = action_of(press, context);
        if (action == nullptr || ((in_field || in_palette) && !action->in_text)) continue;
        close_menus();
        action->run(context);
    }
    run_held_keys(context, in_field || context.state.boxes.open == Box::palette);
}

}  // namespace marginscope
