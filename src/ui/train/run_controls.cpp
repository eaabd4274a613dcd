// Starting, pausing and stepping a training; the values that change live.
#include "ui/train/run_controls.h"

#include <algorithm>
#include <cmath>

#include "ui/action_button.h"
#include "ui/field_rows.h"
#include "ui/flow.h"
#include "ui/train/fork_controls.h"
#include "ui/train/moment_controls.h"

namespace marginscope {
namespace {

bool active(const TrainingFrame* training) {
    return training != nullptr && training->state != TrainingState::idle;
}

void draw_transport(const TrainingFrame* training, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool has_run = active(training);
    const bool running = has_run && training->state == TrainingState::running;
    const bool over = has_run && (training->state == TrainingState::finished ||
                                  training->state == TrainingState::failed);
    if (!has_run || over) {
        if (primary_button(theme, over ? "Start again" : "Start"))
            context.asked.push_back("train.start");
    } else if (primary_button(theme, running ? "Pause" : "Resume")) {
        context.asked.push_back("train.pause");
    }
    ImGui::SameLine(0, theme.px(6));
    action_button(context, "train.step", Icon::forward, has_run && !over);
    ImGui::SameLine(0, theme.px(2));
    action_button(context, "train.stop", Icon::close, has_run && !over);
    if (has_run && !over) {
        ImGui::SameLine(0, theme.px(6));
        action_button(context, "train.again", Icon::restart);
    }
}

void draw_until(const TrainingFrame& training, RunFormView& form, PanelContext& context) {
    const Theme& theme = context.theme;
    ImGui::AlignTextToFramePadding();
    text_small(theme, theme.dim, "Until step");
    flow(theme.px(92), ImGui::GetStyle().ItemSpacing.x);
    ImGui::SetNextItemWidth(std::min(theme.px(92), ImGui::GetContentRegionAvail().x));
    if (form.until <= static_cast<double>(training.step))
        form.until = static_cast<double>(training.target);
    ImGui::InputDouble("##until", &form.until, 0, 0, "%.0f");
    flow(button_width("Go"), ImGui::GetStyle().ItemSpacing.x);
    const bool ahead = form.until > static_cast<double>(training.step);
    ImGui::BeginDisabled(!ahead || training.state == TrainingState::failed);
    if (ImGui::Button("Go"))
        context.out.push_back(TrainUntil{static_cast<std::int64_t>(form.until)});
    ImGui::EndDisabled();
    if (!ahead && ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        ImGui::SetTooltip("The run is already at that step");
}

/// Live fields of the table that deserve a slider at hand.
void draw_live(const RunConfig& config, const Runs& runs, TrainView& train, PanelContext& context) {
    LiveView& view = train.live;
    const Theme& theme = context.theme;
    if (view.changed.empty() && !ImGui::IsAnyItemActive()) {
        view.lambda = config.barrier.lambda;
        view.lr = config.train.lr;
        view.noise = config.train.noise;
        view.clip = config.train.clip;
    }
    const auto row = [&](const SliderSpec& spec, const char* field, double& value) {
        if (!slider(theme, spec, value)) return;
        view.changed = field;
        view.value = value;
    };
    heading(theme, "Live");
    row({.label = "lambda_m",
         .scale = {1e-4, 1.0, true, true, false},
         .digits = 3,
         .off_text = "0",
         .quantity = Quantity::lambda},
        "barrier.lambda", view.lambda);
    row({.label = "Learning rate",
         .scale = {1e-5, 0.1, true, false, false},
         .digits = 2,
         .hint = "Peak of the cosine; the schedule scales with it"},
        "train.lr", view.lr);
    row({.label = "Noise",
         .scale = {1e-3, 1.0, true, true, false},
         .digits = 2,
         .off_text = "off",
         .quantity = Quantity::noise},
        "train.noise", view.noise);
    row({.label = "Clip",
         .scale = {0.01, 100.0, true, true, false},
         .digits = 2,
         .off_text = "off",
         .hint = "Largest norm of the summed gradient"},
        "train.clip", view.clip);
    if (view.changed.empty() || ImGui::IsAnyItemActive()) return;
    train.settings.set_live(view.changed, view.value, view.of_fork, runs, context.out);
    view.changed.clear();
}

/// The stage's own settings, unfolded on request: how its sigma is found and what it reads.
void draw_live_stage(const RunConfig& now, const Runs& runs, TrainView& view,
                     PanelContext& context) {
    if (!ImGui::TreeNode("Stage")) return;
    const auto of_stage = [](const Field& field) {
        return field.live && field.name.starts_with("stage.");
    };
    RunConfig wanted = now;
    draw_field_rows({"##live-stage", of_stage}, wanted, view.form.problem, context.theme);
    for (const Field& field : config_fields())
        if (of_stage(field))
            view.settings.set_live(std::string(field.name), field.get(wanted), view.live.of_fork,
                                   runs, context.out);
    ImGui::TreePop();
}

const char* state_words(TrainingState state) {
    switch (state) {
        case TrainingState::idle:
            return "not started";
        case TrainingState::running:
            return "training";
        case TrainingState::paused:
            return "paused";
        case TrainingState::finished:
            return "finished";
        case TrainingState::failed:
            return "stopped by an error";
    }
    return "";
}

}  // namespace

void draw_run_controls(const Frames& frames, const TrainHistory& history, TrainView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    const TrainingFrame* training = frames.training.get();
    draw_transport(training, context);
    if (!active(training)) {
        ImGui::Dummy(ImVec2(0, theme.px(4)));
        const std::string corpus = training != nullptr && !training->corpus_label.empty()
                                       ? training->corpus_label
                                       : "the built-in stories";
        paragraph(theme, theme.dim,
                  ("Start trains on " + corpus +
                   ". Drop a text file on the window to train on it instead.")
                      .c_str());
        if (!view.form.problem.empty()) paragraph(theme, theme.error, view.form.problem.c_str());
        return;
    }
    draw_fork_controls(frames, history, view.live, context);
    if (view.live.of_fork) training = frames.fork.get();
    const double share = training->target > 0 ? static_cast<double>(training->step) /
                                                    static_cast<double>(training->target)
                                              : -1;
    ImGui::Dummy(ImVec2(0, theme.px(4)));
    const std::string words = std::string(state_words(training->state)) + ", step " +
                              std::to_string(training->step) + " of " +
                              std::to_string(training->target);
    paragraph(theme, theme.text, words.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 track(ImGui::GetContentRegionAvail().x, theme.px(4));
    bar(*ImGui::GetWindowDrawList(), at, track, static_cast<float>(std::max(0.0, share)),
        theme.select, theme.active);
    ImGui::Dummy(track);
    if (training->state == TrainingState::running && training->steps_per_s > 0)
        small_paragraph(theme, theme.dim,
                        (format_number(training->steps_per_s, 3) + " steps/s, " +
                         format_duration(training->eta_secs) + " left")
                            .c_str());
    if (!training->sentence.empty())
        paragraph(theme, training->state == TrainingState::failed ? theme.error : theme.dim,
                  training->sentence.c_str());
    if (!view.form.problem.empty()) paragraph(theme, theme.error, view.form.problem.c_str());
    draw_until(*training, view.form, context);
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    const Runs runs{frames, history};
    draw_live(training->config, runs, view, context);
    draw_live_stage(training->config, runs, view, context);
    heading(theme, "Look back");
    draw_moment_controls(*training, view.live.of_fork, view.moment, context);
}

}  // namespace marginscope
