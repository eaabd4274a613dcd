// Undo, tokens, descent, file.
#include "ui/playground/playground_actions.h"

#include <algorithm>

#include "ui/playground/playground_view.h"
#include "ui/robustness/robustness_view.h"

namespace marginscope {
namespace {

const PlaygroundFrame* shown(const ActionContext& c) { return c.frames.playground.get(); }

bool is_there(const ActionContext& c) {
    return shown(c) != nullptr && !shown(c)->document.tokens.empty();
}
bool can_undo(const ActionContext& c) { return shown(c) != nullptr && !shown(c)->undo.empty(); }
bool can_redo(const ActionContext& c) { return shown(c) != nullptr && !shown(c)->redo.empty(); }
bool may_add(const ActionContext& c) {
    return is_there(c) && shown(c)->document.size() < kMostTokens;
}
bool may_remove(const ActionContext& c) {
    return is_there(c) && shown(c)->document.size() > kLeastTokens;
}

// At the pointer where it is in the plane, else beside the last.
void add(ActionContext& c) {
    const PlanePanelView& plane = c.state.view<PlaygroundView>().plane;
    const PlanarPoint last = shown(c)->document.tokens.back();
    const double x = last.x > 0 ? last.x - 0.6 : last.x + 0.6;
    c.out.push_back(AddPlaygroundToken{plane.pointing ? plane.pointed : PlanarPoint{x, last.y}});
}

void save_as(ActionContext& c) {
    BoxState& boxes = c.state.boxes;
    boxes.open = Box::open;
    boxes.wish = FileWish::save_session;  // of this workspace: the playground
    boxes.path = shown(c)->file;
    c.state.view<RobustnessView>().file = RobustnessFile::none;
    boxes.listing = {};  // read anew
}

void save(ActionContext& c) {
    if (shown(c)->file.empty()) return save_as(c);
    c.out.push_back(SavePlayground{});
}

// Enabled at its ends too: there the key does nothing, rather than what it does for the text, which
// is out of sight.
void undo(ActionContext& c) {
    if (can_undo(c)) c.out.push_back(UndoPlayground{});
}
void redo(ActionContext& c) {
    if (can_redo(c)) c.out.push_back(RedoPlayground{});
}

std::vector<Action> history_rows() {
    return {
        {.id = "playground.undo",
         .menu = "Playground",
         .name = "Undo in the Playground",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_Z},
         .repeats = true,
         .only_in = "playground",
         .enabled = is_there,
         .run = undo},
        {.id = "playground.redo",
         .menu = "Playground",
         .name = "Redo in the Playground",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z, ImGuiMod_Ctrl | ImGuiKey_Y},
         .repeats = true,
         .only_in = "playground",
         .enabled = is_there,
         .run = redo},
        {.id = "playground.save",
         .menu = "Playground",
         .name = "Save the playground",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_S},
         .only_in = "playground",
         .enabled = is_there,
         .run = save},
        {.id = "playground.save_as",
         .menu = "Playground",
         .name = "Save the playground as",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_S},
         .only_in = "playground",
         .enabled = is_there,
         .run = save_as},
    };
}

std::vector<Action> token_rows() {
    return {
        {.id = "playground.add",
         .menu = "Playground",
         .name = "Add a token",
         .keys = {ImGuiKey_Insert},
         .only_in = "playground",
         .enabled = may_add,
         .run = add},
        {.id = "playground.remove",
         .menu = "Playground",
         .name = "Remove the token in question",
         .keys = {ImGuiKey_Delete},
         .only_in = "playground",
         .enabled = may_remove,
         .run =
             [](ActionContext& c) {
                 c.out.push_back(RemovePlaygroundToken{shown(c)->document.asked});
             }},
        {.id = "playground.play",
         .menu = "Playground",
         .name = "Let the token descend, or pause it",
         .keys = {ImGuiKey_Space},
         .only_in = "playground",
         .enabled = is_there,
         .run =
             [](ActionContext& c) { c.out.push_back(PlayPlayground{!shown(c)->descent.playing}); }},
        {.id = "playground.step",
         .menu = "Playground",
         .name = "One step of descent",
         .keys = {ImGuiKey_N},
         .repeats = true,
         .only_in = "playground",
         .enabled = is_there,
         .run = [](ActionContext& c) { c.out.push_back(StepPlayground{}); }},
    };
}

}  // namespace

std::span<const Action> playground_actions() {
    static const std::vector<Action> table = [] {
        std::vector<Action> rows = history_rows();
        for (Action& row : token_rows()) rows.push_back(std::move(row));
        return rows;
    }();
    return table;
}

}  // namespace marginscope
