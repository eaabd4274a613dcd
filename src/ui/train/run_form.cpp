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

void draw_run_form(const Frames& frames, RunFormView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    int from = view.from_loaded ? 1 : 0;
    if (segmented(theme, "from", {"new weights", "the loaded model"}, from))
        view.from_loaded = from == 1;
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    const auto fixed = [&](const Field& field) {
        return view.from_loaded && field.name.starts_with("model.");
    };
    draw_field_rows({"##usual", usual, fixed}, view.config, view.problem, theme);
    input_text("##folder", view.run_folder, "Run folder; empty: nothing is written",
               ImGui::GetContentRegionAvail().x);
    if (ImGui::TreeNode("All settings")) {
        draw_field_rows({"##all", [](const Field& field) { return !usual(field); }, fixed},
                        view.config, view.problem, theme);
        ImGui::TreePop();
    }
    if (!view.problem.empty()) paragraph(theme, theme.error, view.problem.c_str());
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
