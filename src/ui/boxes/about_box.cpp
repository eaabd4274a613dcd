// Versions and licences.
#include <imgui.h>
#include <implot.h>

#include "embedded/notices.h"
#include "marginscope/version.h"
#include "ui/boxes/box.h"
#include "ui/widgets.h"

namespace marginscope {

void draw_about_box(ActionContext& c) {
    begin_box(c.state, "About marginscope", ImVec2(720, 560));
    const Theme& theme = c.state.theme;
    paragraph(theme, theme.dim,
              "Trains and decodes a character GPT and shows how near each token lies to the "
              "boundary where attention degenerates.");
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    value_row(theme, "Version", std::string(kVersion) + " (" + std::string(git_commit()) + ")");
    value_row(theme, "Dear ImGui, ImPlot", std::string(IMGUI_VERSION) + ", " + IMPLOT_VERSION);
    if (!c.state.loop.renderer.empty()) value_row(theme, "Drawn by", c.state.loop.renderer);
    if (c.frames.status != nullptr) value_row(theme, "Computed on", c.frames.status->device);
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    heading(theme, "Licences");
    ImGui::BeginChild("##notices");
    ImGui::PushFont(theme.fonts.mono, type::kSmall);
    ImGui::PushStyleColor(ImGuiCol_Text, theme.dim);
    for (const std::string_view name : embedded::notices_names()) {
        const std::string_view words = embedded::notices_text(name);
        ImGui::PushTextWrapPos(0.0F);
        ImGui::TextUnformatted(words.data(), words.data() + words.size());
        ImGui::PopTextWrapPos();
        ImGui::Dummy(ImVec2(0, theme.px(8)));
    }
    ImGui::PopStyleColor();
    ImGui::PopFont();
    ImGui::EndChild();
    end_box();
}

}  // namespace marginscope
