// The settings of the next run, made from the field table.
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ui/train/run_controls.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The fields most runs differ in; the rest unfolds.
constexpr std::string_view kUsual[] = {
    "model.layers", "model.heads",    "model.width",  "model.context", "train.steps", "train.batch",
    "train.lr",     "barrier.lambda", "barrier.site", "stage.fit",     "train.noise", "train.seed"};

bool usual(const Field& field) {
    return std::find(std::begin(kUsual), std::end(kUsual), field.name) != std::end(kUsual);
}

void set(RunFormView& view, const Field& field, const FieldValue& value) {
    try {
        field.set(view.config, checked_value(field, value));
        view.problem.clear();
    } catch (const UserError& error) {
        view.problem = error.what();
    }
}

void draw_choice(const Field& field, RunFormView& view) {
    const std::string now = format_value(field.get(view.config));
    if (!ImGui::BeginCombo("##value", now.c_str())) return;
    for (const std::string_view name : field.choices)
        if (ImGui::Selectable(std::string(name).c_str(), name == now))
            set(view, field, std::string(name));
    ImGui::EndCombo();
}

void draw_value(const Field& field, RunFormView& view) {
    const FieldValue value = field.get(view.config);
    if (!field.choices.empty()) {
        draw_choice(field, view);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        bool on = *flag;
        if (ImGui::Checkbox("##value", &on)) set(view, field, on);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        ImS64 number = *whole;
        ImGui::InputScalar("##value", ImGuiDataType_S64, &number);
        if (ImGui::IsItemDeactivatedAfterEdit())
            set(view, field, static_cast<std::int64_t>(number));
    } else {
        double number = std::get<double>(value);
        ImGui::InputDouble("##value", &number, 0, 0, "%g");
        if (ImGui::IsItemDeactivatedAfterEdit()) set(view, field, number);
    }
}

void draw_field(const Field& field, RunFormView& view, const Theme& theme, bool fixed_by_model) {
    ImGui::PushID(field.name.data(), field.name.data() + field.name.size());
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    const bool changed = field.get(view.config) != field.get(RunConfig{});
    text_small(theme, changed ? theme.text : theme.dim, field.label.c_str());
    if (ImGui::IsItemHovered()) {
        const std::string flag =
            "--" + std::string(field.short_flag.empty() ? field.name : field.short_flag);
        const std::string unit = field.unit.empty() ? "" : ", in " + std::string(field.unit);
        ImGui::SetTooltip("%s%s\n%s, default %s%s", std::string(field.help).c_str(), unit.c_str(),
                          flag.c_str(), format_value(field.get(RunConfig{})).c_str(),
                          field.live ? ", live" : ", needs a restart");
    }
    ImGui::TableNextColumn();
    ImGui::SetNextItemWidth(-FLT_MIN);
    ImGui::BeginDisabled(fixed_by_model);
    draw_value(field, view);
    ImGui::EndDisabled();
    ImGui::PopID();
}

void draw_fields(const char* id, RunFormView& view, const Theme& theme, bool wanted_usual) {
    if (!ImGui::BeginTable(id, 2, ImGuiTableFlags_SizingStretchProp)) return;
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch, 0.52F);
    ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthStretch, 0.48F);
    for (const Field& field : config_fields())
        if (usual(field) == wanted_usual)
            draw_field(field, view, theme, view.from_loaded && field.name.starts_with("model."));
    ImGui::EndTable();
}

}  // namespace

std::string train_command(const RunFormView& form) {
    std::string command = "marginscope train --out " +
                          (form.run_folder.empty() ? std::string("RUN") : form.run_folder);
    for (const Field& field : config_fields()) {
        const FieldValue value = field.get(form.config);
        if (value == field.get(RunConfig{})) continue;
        command += " --" + std::string(field.short_flag.empty() ? field.name : field.short_flag) +
                   " " + format_value(value);
    }
    return command;
}

void draw_run_form(const Frames&, RunFormView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    int from = view.from_loaded ? 1 : 0;
    if (segmented(theme, "from", {"new weights", "the loaded model"}, from))
        view.from_loaded = from == 1;
    ImGui::Dummy(ImVec2(0, theme.px(2)));
    draw_fields("##usual", view, theme, true);
    input_text("##folder", view.run_folder, "Run folder; empty: nothing is written",
               ImGui::GetContentRegionAvail().x);
    if (ImGui::TreeNode("All settings")) {
        draw_fields("##all", view, theme, false);
        ImGui::TreePop();
    }
    if (!view.problem.empty()) paragraph(theme, theme.error, view.problem.c_str());
    if (ImGui::SmallButton("Copy as command")) ImGui::SetClipboardText(train_command(view).c_str());
    ImGui::SameLine();
    if (ImGui::SmallButton("Defaults")) view.config = RunConfig{};
    input_text("##resume", view.resume_folder, "A run folder to go on with",
               ImGui::GetContentRegionAvail().x - theme.px(72));
    ImGui::SameLine();
    ImGui::BeginDisabled(view.resume_folder.empty());
    if (ImGui::Button("Resume")) context.out.push_back(ResumeRun{view.resume_folder});
    ImGui::EndDisabled();
}

}  // namespace marginscope
