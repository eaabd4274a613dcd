// Steps, the newest at the top.
#include "ui/decode/history_list.h"

#include "ui/widgets.h"

namespace marginscope {

void draw_history(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (frames.history == nullptr || frames.history->steps.empty()) {
        empty_state(theme, "No history yet", "What you change is listed here and can be undone.");
        return;
    }
    const HistoryFrame& history = *frames.history;
    ImGui::BeginChild("##steps",
                      ImVec2(0, std::max(theme.px(66), ImGui::GetContentRegionAvail().y)), 0,
                      ImGuiWindowFlags_NoNavInputs);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    const float height = theme.px(20), px = theme.px(type::kSmall);
    const int count = static_cast<int>(history.steps.size());
    ImGuiListClipper clipper;
    clipper.Begin(count, height);
    while (clipper.Step())
        for (int k = clipper.DisplayStart; k < clipper.DisplayEnd; ++k) {
            const int step = count - 1 - k;
            ImGui::PushID(step);
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
            if (ImGui::InvisibleButton("##step", ImVec2(width, height)) && step != history.position)
                context.out.push_back(GoToStep{step});
            const bool hovered = ImGui::IsItemHovered(), here = step == history.position;
            ImDrawList* draw = ImGui::GetWindowDrawList();
            if (hovered || here)
                draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height),
                                    here ? theme.active : theme.hover, theme.px(3));
            const std::string words =
                shortened(theme.fonts.text, px, history.steps[static_cast<std::size_t>(step)],
                          width - theme.px(16));
            draw->AddText(theme.fonts.text, px,
                          ImVec2(at.x + theme.px(8), at.y + (height - px) / 2),
                          step > history.position ? theme.faint : theme.text, words.c_str());
            if (hovered)
                ImGui::SetTooltip("%s", step > history.position ? "Undone; a click does it again"
                                        : here                  ? "Here"
                                                                : "A click goes back to this");
            ImGui::PopID();
        }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

}  // namespace marginscope
