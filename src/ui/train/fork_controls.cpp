// A row to fork; with a fork, which of the two the panels are of.
#include "ui/train/fork_controls.h"

#include <cmath>

#include "ui/flow.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr int kCompared = 100;  // steps whose losses are compared

void draw_difference(const TrainHistory& history, const Theme& theme) {
    const auto difference = fork_difference(history, kCompared);
    if (!difference) {
        small_paragraph(theme, theme.dim,
                        ("The same up to step " + std::to_string(history.forked_at) +
                         "; change one of them and go on.")
                            .c_str());
        return;
    }
    const bool same = difference->mean == 0 && !(difference->spread > 0);
    std::string words = "Fork - training over " + std::to_string(difference->steps) +
                        (difference->steps == 1 ? " step: " : " steps: ");
    if (same) {
        words += "no difference in any bit of the loss";
    } else {
        words += (difference->mean > 0 ? "+" : "") + format_number(difference->mean, 3) + " nats";
        if (std::isfinite(difference->spread))
            words += ", spread " + format_number(difference->spread, 2);
    }
    small_paragraph(theme, theme.text, words.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "Mean difference of the training losses and its standard deviation over the steps.\n"
            "Both read the same batches with the same draws; neighbouring steps hang together.");
}

void draw_ends(PanelContext& context) {
    const Theme& theme = context.theme;
    if (ImGui::Button("Keep the fork")) context.out.push_back(CloseFork{true});
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "The fork is the training from now on; its parent is saved where it "
            "writes, and left");
    flow(button_width("Close it"), theme.px(6));
    if (ImGui::Button("Close it")) context.out.push_back(CloseFork{false});
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("The training goes on alone; the fork is saved where it writes");
}

}  // namespace

void draw_fork_controls(const Frames& frames, const TrainHistory& history, LiveView& view,
                        PanelContext& context) {
    const Theme& theme = context.theme;
    const TrainingFrame& training = *frames.training;
    if (frames.fork == nullptr) {
        view.of_fork = false;
        flow(button_width("Fork"), theme.px(8));  // behind the buttons of the run
        ImGui::BeginDisabled(training.state == TrainingState::failed);
        if (ImGui::Button("Fork")) context.out.push_back(ForkTraining{});
        ImGui::EndDisabled();
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
            ImGui::SetTooltip(
                "A second run from this step on, over the same batches: change one "
                "setting and watch the two side by side");
        return;
    }
    int which = view.of_fork ? 1 : 0;
    if (segmented(theme, "which",
                  {{"training", "Controls, margins and figures of the training"},
                   {"fork", "Controls, margins and figures of its fork"}},
                  which))
        view.of_fork = which == 1;
    draw_difference(history, theme);
    draw_ends(context);
}

}  // namespace marginscope
