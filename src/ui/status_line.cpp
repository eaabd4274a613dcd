// Activity, jobs that can be stopped, message; model and scale at the right.
#include "ui/status_line.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "ui/bar_window.h"
#include "ui/export/figure_export.h"
#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string with_capital(std::string words) {
    if (!words.empty())
        words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    return words;
}

void draw_job(ActionContext& c, const JobStatus& job) {
    const Theme& theme = c.state.theme;
    ImGui::PushID(job.number);
    progress_chip(theme, with_capital(job.what).c_str(), job.progress, job.eta_secs, theme.px(80));
    ImGui::SameLine();
    if (ImGui::SmallButton("Stop")) c.out.push_back(CancelJob{job.number});
    ImGui::SameLine(0, theme.px(16));
    ImGui::PopID();
}

// What the window itself had to say stands until the engine says something new.
LogLine newest_line(UiState& state, const StatusFrame& status) {
    ExportView& view = state.view<ExportView>();
    if (view.note.text.empty()) return {status.message, status.message_is_error};
    if (view.note_over.empty()) view.note_over = status.message;
    if (view.note_over == status.message) return view.note;
    view.note = {};
    return {status.message, status.message_is_error};
}

void draw_activity(ActionContext& c, const StatusFrame& status, float width) {
    const Theme& theme = c.state.theme;
    const bool idle = status.activity.empty() || status.activity == "idle";
    // A job that is all there is to do is told by its own chip, which can be stopped.
    const bool job_alone = !status.jobs.empty() && status.activity == status.jobs.back().what;
    if (!job_alone) {
        ImGui::PushFont(theme.fonts.semibold, type::kSmall);
        progress_chip(theme, idle ? "Ready" : with_capital(status.activity).c_str(),
                      status.progress, status.eta_secs, theme.px(120));
        ImGui::PopFont();
        ImGui::SameLine(0, theme.px(16));
    }
    for (const JobStatus& job : status.jobs) draw_job(c, job);
    const float room = width - theme.px(14) - ImGui::GetCursorPosX();
    const LogLine line = newest_line(c.state, status);
    const std::string message = shortened(ImGui::GetFont(), ImGui::GetFontSize(), line.text, room);
    if (room > theme.px(40)) text_colored(line.error ? theme.error : theme.dim, message.c_str());
}

// The light of the text's numbers, left of the model's name.
void draw_health(const ActionContext& c, float x) {
    const MarginFrame* margins = c.frames.margins.get();
    if (margins == nullptr || margins->health.level == HealthLevel::unknown) return;
    const Theme& theme = c.state.theme;
    const ImVec2 window = ImGui::GetWindowPos(), mouse = ImGui::GetIO().MousePos;
    const ImVec2 at(window.x + x - theme.px(12), window.y + ImGui::GetWindowSize().y / 2);
    ImGui::GetWindowDrawList()->AddCircleFilled(at, theme.px(4),
                                                health_color(theme, margins->health.level));
    if (std::abs(mouse.x - at.x) > theme.px(8) || !ImGui::IsWindowHovered()) return;
    formula_card(theme, Quantity::health,
                 std::string(health_words(margins->health.level)) + ", " +
                     std::to_string(margins->health.flips) + " signs turn in " +
                     std::to_string(margins->health.checked) + " characters");
}

// Left out where the message needs the room.
void draw_right(const ActionContext& c, float width) {
    const Theme& theme = c.state.theme;
    char scale[16];
    std::snprintf(scale, sizeof scale, "%.0f %%", 100.0 * static_cast<double>(c.state.user_scale));
    std::string words = scale;
    if (c.frames.decode != nullptr && !c.frames.decode->model_label.empty())
        words = c.frames.decode->model_label + "    " + words;
    if (c.frames.history != nullptr && !c.frames.history->file.empty())
        words = std::filesystem::path(c.frames.history->file).filename().string() +
                (c.frames.history->unsaved ? " (changed)    " : "    ") + words;
    ImGui::SameLine();
    const float x = width - theme.px(14) - ImGui::CalcTextSize(words.c_str()).x;
    if (x - theme.px(20) <= ImGui::GetCursorPosX()) return ImGui::NewLine();
    ImGui::SetCursorPosX(x);
    text_colored(theme.faint, words.c_str());
    draw_health(c, x);
}

}  // namespace

void draw_status_line(ActionContext& c, ImVec2 at, ImVec2 size) {
    const Theme& theme = c.state.theme;
    begin_bar(theme, "##status", at, size);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    ImGui::SetCursorPosY((size.y - ImGui::GetTextLineHeight()) / 2);
    if (c.frames.status == nullptr)
        text_colored(theme.dim, "Starting");
    else
        draw_activity(c, *c.frames.status, size.x);
    draw_right(c, size.x);
    ImGui::PopFont();
    if (ImGui::IsWindowHovered() && !ImGui::IsAnyItemHovered()) {
        ImGui::SetTooltip("Click opens the log");
        if (ImGui::IsMouseClicked(0)) run_action("help.log", c);
    }
    ImGui::End();
}

}  // namespace marginscope
