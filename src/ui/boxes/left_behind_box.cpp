// Texts of programs that ended without saving them: open one, or let it go.
#include <filesystem>

#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {

void draw_left_behind_box(ActionContext& c) {
    const Theme& theme = c.state.theme;
    if (c.frames.history == nullptr || c.frames.history->left_behind.empty()) {
        c.state.boxes.open = Box::none;
        return;
    }
    const std::string copy = c.frames.history->left_behind.front();
    const std::size_t others = c.frames.history->left_behind.size() - 1;
    begin_box(c.state, "A text was not saved", ImVec2(520, 168));
    std::string words =
        "marginscope ended without saving a text. A copy of a few seconds before "
        "is kept: " +
        std::filesystem::path(copy).filename().string() + ".";
    if (others > 0) words += " There are " + std::to_string(others) + " others.";
    paragraph(theme, theme.dim, words.c_str());
    ImGui::Dummy(ImVec2(0, theme.px(6)));
    if (primary_button(theme, "Open it")) {
        c.out.push_back(OpenFile{copy});
        c.state.boxes.open = Box::none;
    }
    ImGui::SameLine();
    if (ImGui::Button("Delete it")) c.out.push_back(DiscardLeftBehind{copy});
    ImGui::SameLine();
    if (ImGui::Button("Later")) c.state.boxes.open = Box::none;
    end_box();
}

}  // namespace marginscope
