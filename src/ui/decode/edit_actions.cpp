// Undo, redo, the text, branches.
#include "ui/decode/edit_actions.h"

#include "ui/decode/decode_view.h"

namespace marginscope {
namespace {

bool can_undo(const ActionContext& c) {
    return c.frames.history != nullptr && c.frames.history->position > 0;
}

bool can_redo(const ActionContext& c) {
    return c.frames.history != nullptr &&
           c.frames.history->position + 1 < static_cast<int>(c.frames.history->steps.size());
}

bool has_text(const ActionContext& c) {
    return c.frames.decode != nullptr && !c.frames.decode->line.empty();
}

bool has_comparison(const ActionContext& c) {
    return c.frames.branches != nullptr && c.frames.branches->comparison.node >= 0;
}

// The branch of the list after the compared one, or the first that is not the shown text's.
void compare_next(ActionContext& c) {
    const BranchFrame& branches = *c.frames.branches;
    int first = -1;
    bool passed = false;
    for (const BranchRow& row : branches.rows) {
        if (row.on_line) continue;
        if (first < 0) first = row.node;
        if (passed) {
            first = row.node;
            break;
        }
        passed = row.node == branches.comparison.node;
    }
    if (first < 0) return;
    c.out.push_back(CompareBranch{first});
    c.state.raise = "decode.compare";
}

bool has_other_branch(const ActionContext& c) {
    if (c.frames.branches == nullptr) return false;
    for (const BranchRow& row : c.frames.branches->rows)
        if (!row.on_line) return true;
    return false;
}

}  // namespace

std::vector<Action> edit_actions() {
    return {
        {.id = "edit.undo",
         .menu = "Edit",
         .name = "Undo",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_Z},
         .repeats = true,
         .enabled = can_undo,
         .run = [](ActionContext& c) { c.out.push_back(Undo{}); }},
        {.id = "edit.redo",
         .menu = "Edit",
         .name = "Redo",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z, ImGuiMod_Ctrl | ImGuiKey_Y},
         .repeats = true,
         .enabled = can_redo,
         .run = [](ActionContext& c) { c.out.push_back(Redo{}); }},
        {.id = "edit.text",
         .menu = "Edit",
         .name = "Edit the text in place",
         .keys = {ImGuiKey_E},
         .only_in = "decode",
         .enabled = has_text,
         .run =
             [](ActionContext& c) {
                 TextEditView& edit = c.state.view<DecodeView>().edit;
                 edit.open = true;
                 edit.focus = true;
                 edit.text = c.frames.decode->text;
             }},
        {.id = "edit.compare",
         .menu = "Edit",
         .name = "Compare with the next branch",
         .keys = {ImGuiKey_C},
         .only_in = "decode",
         .enabled = has_other_branch,
         .run = compare_next},
        {.id = "edit.show_comparison",
         .menu = "Edit",
         .name = "Show the comparison",
         .run = [](ActionContext& c) { c.state.raise = "decode.compare"; }},
        {.id = "edit.end_comparison",
         .menu = "Edit",
         .name = "End the comparison",
         .keys = {ImGuiMod_Shift | ImGuiKey_C},
         .only_in = "decode",
         .enabled = has_comparison,
         .run = [](ActionContext& c) { c.out.push_back(CompareBranch{-1}); }},
    };
}

}  // namespace marginscope
