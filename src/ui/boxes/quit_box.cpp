// The question before work is lost. Enter does what keeps it.
#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void quit(UiState& state, bool save_first) {
    state.boxes.save_first = save_first;
    state.quit = state.quit_confirmed = true;
    state.boxes.open = Box::none;
}

}  // namespace

void draw_quit_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    const BoxState& boxes = c.state.boxes;
    const bool can_save = !boxes.save_as.empty() || !boxes.session.empty();
    begin_box(c.state, "Quit now?", ImVec2(500, can_save ? 214 : 176));
    paragraph(theme, theme.dim, c.state.boxes.unsaved.c_str());
    if (!boxes.save_as.empty())
        paragraph(theme, theme.dim, ("Save writes the model to " + boxes.save_as).c_str());
    ImGui::Dummy(ImVec2(0, theme.px(6)));
    const bool enter = ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) &&
                       ImGui::IsKeyPressed(ImGuiKey_Enter, false);
    if (primary_button(theme, can_save ? "Save and quit" : "Quit") || enter)
        quit(c.state, can_save);
    ImGui::SameLine();
    if (can_save) {
        if (ImGui::Button("Quit without saving")) quit(c.state, false);
        ImGui::SameLine();
    }
    if (ImGui::Button("Stay")) c.state.boxes.open = Box::none;
    end_box();
}

}  // namespace marginscope
