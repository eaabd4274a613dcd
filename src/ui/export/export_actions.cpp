// Each speaks of the panel under the mouse, or the last one that was.
#include "ui/export/export_actions.h"

#include "figures/figure_list.h"
#include "ui/export/panel_menu.h"

namespace marginscope {
namespace {

bool has_panel(const ActionContext& c) { return !spoken_panel(c.state).empty(); }
bool has_figures(const ActionContext& c) { return !figure_names(c.state.workspace).empty(); }

}  // namespace

std::vector<Action> export_actions() {
    return {
        {.id = "file.export",
         .menu = "File",
         .name = "Export a figure as PNG, SVG, CSV…",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_E},
         .enabled = has_figures,
         .run = [](ActionContext& c) { open_export_box(c.state, spoken_panel(c.state)); }},
        {.id = "file.copy_data",
         .menu = "File",
         .name = "Copy the panel's numbers",
         .keys = {ImGuiMod_Ctrl | ImGuiKey_C},
         .enabled = has_panel,
         .run =
             [](ActionContext& c) { copy_panel_data(c.frames, c.state, spoken_panel(c.state)); }},
        {.id = "file.save_picture",
         .menu = "File",
         .name = "Save the panel's picture",
         .keys = {ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_C},
         .enabled = has_panel,
         .run =
             [](ActionContext& c) {
                 save_panel_picture(c.frames, c.state, spoken_panel(c.state));
             }},
        {.id = "file.copy_command",
         .menu = "File",
         .name = "Copy the panel as command",
         .enabled = has_panel,
         .run =
             [](ActionContext& c) {
                 copy_panel_command(c.frames, c.state, spoken_panel(c.state));
             }},
    };
}

}  // namespace marginscope
