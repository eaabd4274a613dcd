// What happened, with the time of day.
#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {

void draw_log_box(ActionContext& c) {
    begin_box(c.state, "Log", ImVec2(820, 440));
    const Theme& theme = c.state.theme;
    if (c.state.log.empty())
        empty_state(theme, "Nothing yet",
                    "Loading, training, live changes, paths and errors leave a line here.");
    ImGui::BeginChild("##lines");
    ImGui::PushFont(theme.fonts.mono, type::kSmall);
    const float left = ImGui::CalcTextSize("00:00:00 ").x + ImGui::GetCursorPosX();
    for (const LogEntry& line : c.state.log) {
        text_colored(theme.faint, line.time.c_str());
        ImGui::SameLine(left);
        ImGui::PushTextWrapPos(0.0F);
        text_colored(line.error ? theme.error : theme.dim, line.text.c_str());
        ImGui::PopTextWrapPos();
    }
    if (ImGui::GetScrollY() >= ImGui::GetScrollMaxY()) ImGui::SetScrollHereY(1.0F);
    ImGui::PopFont();
    ImGui::EndChild();
    end_box();
}

}  // namespace marginscope
