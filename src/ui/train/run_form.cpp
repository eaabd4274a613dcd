// The settings of the next run, made from the field table.
#include <imgui.h>

#include <algorithm>

#include "core/run/config_words.h"
#include "core/shell_word.h"
#include "ui/field_rows.h"
#include "ui/flow.h"
#include "ui/train/run_controls.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The fields most runs differ in; the rest unfolds.
constexpr std::string_view kUsual[] = {
    "model.layers", "model.heads", "model.width",    "model.context", "train.steps",
    "train.batch",  "train.lr",    "barrier.lambda", "barrier.site",  "stage.fit",
    "train.noise",  "train.seed",  "model.tied",     "stage.sigma",   "stage.sigma_floor"};

bool usual(const Field& field) {
    return std::find(std::begin(kUsual), std::end(kUsual), field.name) != std::end(kUsual);
}

}  // namespace

std::string train_command(const RunFormView& form, const Frames& frames) {
    std::string command =
        "marginscope train --out " + shell_path(form.run_folder.empty() ? "RUN" : form.run_folder);
    if (frames.training != nullptr && !frames.training->corpus_path.empty())
        command += " --text " + shell_path(frames.training->corpus_path);
    if (!form.from_loaded) return command + config_flags(form.config);
    // The weights bring the model's shape along.
    const bool saved = frames.decode != nullptr && !frames.decode->model_path.empty();
    command += " --init " + (saved ? shell_path(frames.decode->model_path) : "MODEL");
    return command + config_flags(form.config, [](const Field& field) {
               return field.name.starts_with("model.");
           });
}

namespace {

void draw_text_row(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool known = frames.training != nullptr && !frames.training->corpus_label.empty();
    const std::string text = known ? frames.training->corpus_label : "built-in stories";
    paragraph(theme, theme.text, ("Text: " + text).c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "What the next run learns: the first nine tenths; the rest is for validation.\n"
            "Another text needs a new run.");
    if (ImGui::SmallButton("Another text…")) context.asked.push_back("file.open");
    if (!known || frames.training->corpus_path.empty()) return;
    flow(button_width("Built-in stories"), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::SmallButton("Built-in stories")) context.out.push_back(LoadText{""});
}

/// "Width 128, Steps 500": what the form says otherwise than the run does.
std::string difference_words(const RunConfig& form, const RunConfig& run, bool live) {
    std::string words;
    for (const Field& field : config_fields())
        if (field.live == live && field.get(form) != field.get(run))
            words += (words.empty() ? "" : ", ") + field.label + " " +
                     format_value(field.get(run)) + " → " + format_value(field.get(form));
    return words;
}

/// What of the form the run that goes on can take over, and what begins anew.
void draw_differences(const Runs& runs, TrainView& view, PanelContext& context) {
    const RunConfig* run = runs.config_of(view.live.of_fork);
    if (run == nullptr) return;
    const Theme& theme = context.theme;
    const RunConfig& form = view.form.config;
    if (const std::string live = difference_words(form, *run, true); !live.empty()) {
        paragraph(theme, theme.text, ("The run can take over: " + live + ".").c_str());
        if (ImGui::SmallButton("Set it in the run"))
            for (const Field& field : config_fields())
                if (field.live)
                    view.settings.set_live(std::string(field.name), field.get(form),
                                           view.live.of_fork, runs, context.out);
    }
    const std::string anew = difference_words(form, *run, false);
    if (anew.empty()) return;
    paragraph(theme, theme.text, ("Needs a new run: " + anew + ".").c_str());
    if (ImGui::SmallButton("Start anew at step 0")) context.asked.push_back("train.again");
}

void draw_undo(const Runs& runs, TrainView& view, PanelContext& context) {
    const auto button = [&](const char* label, const char* action, const std::string& words) {
        ImGui::BeginDisabled(words.empty());
        if (ImGui::SmallButton(label)) context.asked.emplace_back(action);
        ImGui::EndDisabled();
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
            ImGui::SetTooltip("%s\nWhat was learnt stays: Look back and Fork go back in it.",
                              words.empty() ? "There is no change of a setting" : words.c_str());
    };
    button("Undo", "train.undo", view.settings.undo_words(runs));
    flow(button_width("Redo"), ImGui::GetStyle().ItemSpacing.x);
    button("Redo", "train.redo", view.settings.redo_words(runs));
}

}  // namespace

void draw_run_form(const Frames& frames, const TrainHistory& history, TrainView& train,
                   PanelContext& context) {
    const Theme& theme = context.theme;
    RunFormView& view = train.form;
    const Runs runs{frames, history};
    train.settings.observe(view.config, ImGui::IsAnyItemActive());
    draw_text_row(frames, context);
    int from = view.from_loaded ? 1 : 0;
    if (segmented(theme, "from", {"new weights", "the loaded model"}, from))
        view.from_loaded = from == 1;
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    const auto fixed = [&](const Field& field) {
        return view.from_loaded && field.name.starts_with("model.");
    };
    const RunConfig* run = runs.config_of(train.live.of_fork);
    const auto mark = [&](const Field& field) -> std::string {
        if (run == nullptr || field.get(view.config) == field.get(*run)) return "";
        return field.live ? "live" : "restarts";
    };
    draw_field_rows({"##usual", usual, fixed, mark}, view.config, view.problem, theme);
    input_text("##folder", view.run_folder, "Run folder; empty: nothing is written",
               ImGui::GetContentRegionAvail().x);
    if (ImGui::TreeNode("All settings")) {
        draw_field_rows({"##all", [](const Field& field) { return !usual(field); }, fixed, mark},
                        view.config, view.problem, theme);
        ImGui::TreePop();
    }
    if (!view.problem.empty()) paragraph(theme, theme.error, view.problem.c_str());
    draw_differences(runs, train, context);
    draw_undo(runs, train, context);
    flow(button_width("Copy as command"), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::SmallButton("Copy as command"))
        ImGui::SetClipboardText(train_command(view, frames).c_str());
    flow(button_width("Defaults"), ImGui::GetStyle().ItemSpacing.x);
    if (ImGui::SmallButton("Defaults")) view.config = RunConfig{};
    input_text("##resume", view.resume_folder, "A run folder to go on with",
               ImGui::GetContentRegionAvail().x - theme.px(72));
    ImGui::SameLine();
    ImGui::BeginDisabled(view.resume_folder.empty());
    if (ImGui::Button("Resume")) context.out.push_back(ResumeRun{view.resume_folder});
    ImGui::EndDisabled();
}

}  // namespace marginscope
