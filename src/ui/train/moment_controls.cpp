// A slider over the steps, play, and the way back to now.
#include "ui/train/moment_controls.h"

#include <algorithm>
#include <cmath>

#include "ui/flow.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr double kPerSecond = 5;  // moments while it plays; slower where Decode takes longer

/// The last moment not after `step`, as an index.
std::size_t moment_before(const std::vector<std::int64_t>& moments, double step) {
    const auto after = std::upper_bound(moments.begin(), moments.end(),
                                        static_cast<std::int64_t>(std::floor(step)));
    return after == moments.begin() ? 0 : static_cast<std::size_t>(after - moments.begin()) - 1;
}

void ask(std::int64_t step, bool of_fork, MomentView& view, PanelContext& context) {
    view.asked = step;
    view.asked_at = ImGui::GetTime();
    context.out.push_back(ShowTraining{of_fork, step});
}

/// The next moment once the last one is there and has been seen.
void play(const TrainingFrame& training, bool of_fork, MomentView& view, PanelContext& context) {
    if (training.shown_step != view.asked && view.asked >= 0) return;
    if (ImGui::GetTime() - view.asked_at < 1 / kPerSecond) return;
    const auto next =
        std::upper_bound(training.moments.begin(), training.moments.end(), training.shown_step);
    if (next == training.moments.end())
        view.playing = false;
    else
        ask(*next, of_fork, view, context);
}

}  // namespace

std::int64_t past_moment(const TrainingFrame* training) {
    const bool past = training != nullptr && training->shown_step != training->step;
    return past ? training->shown_step : -1;
}

void draw_moment_controls(const TrainingFrame& training, bool of_fork, MomentView& view,
                          PanelContext& context) {
    const Theme& theme = context.theme;
    const bool now = past_moment(&training) < 0 && training.shown_step >= 0;
    if (view.playing) play(training, of_fork, view, context);
    if (!ImGui::IsAnyItemActive() && training.shown_step >= 0)
        view.step = static_cast<double>(training.shown_step);
    const double last = std::max(1.0, static_cast<double>(training.step));
    if (slider(theme,
               {.label = "Moment",
                .scale = {0, last, false, false, false},
                .digits = 9,
                .hint = "The step whose model the other workspaces look at, of those that were "
                        "kept"},
               view.step) &&
        !training.moments.empty()) {
        view.playing = false;
        const std::int64_t wanted = training.moments[moment_before(training.moments, view.step)];
        const bool live = view.step >= last;
        if (live ? !now : wanted != view.asked || wanted != training.shown_step)
            ask(live ? -1 : wanted, of_fork, view, context);
    }
    const char* words = view.playing ? "Stop" : "Play the steps";
    if (ImGui::Button(words)) {
        view.playing = !view.playing;
        // From the beginning, where the end is shown or nothing of this training.
        const bool at_end = training.moments.empty() || training.shown_step < 0 ||
                            training.shown_step >= training.moments.back();
        if (view.playing && at_end && !training.moments.empty())
            ask(training.moments.front(), of_fork, view, context);
    }
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("Every workspace shows one kept step after another");
    flow(button_width("Now"), theme.px(6));
    ImGui::BeginDisabled(now);
    if (ImGui::Button("Now")) {
        view.playing = false;
        ask(-1, of_fork, view, context);
    }
    ImGui::EndDisabled();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        ImGui::SetTooltip(now ? "Every workspace follows the weights as they train"
                              : "Back to the weights as they are, and as they go on");
}

}  // namespace marginscope
