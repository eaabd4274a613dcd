// A form of two columns that share the width whatever its scale.
#include "ui/field_rows.h"

#include <imgui.h>

#include <cfloat>

#include "core/error.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void set(RunConfig& config, std::string& problem, const Field& field, const FieldValue& value) {
    try {
        field.set(config, checked_value(field, value));
        problem.clear();
    } catch (const UserError& error) {
        problem = error.what();
    }
}

void draw_choice(const Field& field, RunConfig& config, std::string& problem) {
    const std::string now = format_value(field.get(config));
    const float room =
        ImGui::CalcItemWidth() - ImGui::GetFrameHeight() - ImGui::GetStyle().FramePadding.x;
    const std::string words = shortened(ImGui::GetFont(), ImGui::GetFontSize(), now, room);
    const bool open = ImGui::BeginCombo("##value", words.c_str());
    if (!open && words != now && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", now.c_str());
    if (!open) return;
    for (const std::string_view name : field.choices)
        if (ImGui::Selectable(std::string(name).c_str(), name == now))
            set(config, problem, field, std::string(name));
    ImGui::EndCombo();
}

void draw_value(const Field& field, RunConfig& config, std::string& problem) {
    const FieldValue value = field.get(config);
    if (!field.choices.empty()) {
        draw_choice(field, config, problem);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        bool on = *flag;
        if (ImGui::Checkbox("##value", &on)) set(config, problem, field, on);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        ImS64 number = *whole;
        ImGui::InputScalar("##value", ImGuiDataType_S64, &number);
        if (ImGui::IsItemDeactivatedAfterEdit())
            set(config, problem, field, static_cast<std::int64_t>(number));
    } else {
        double number = std::get<double>(value);
        ImGui::InputDouble("##value", &number, 0, 0, "%g");
        if (ImGui::IsItemDeactivatedAfterEdit()) set(config, problem, field, number);
    }
}

std::string hint_of(const Field& field) {
    std::string hint(field.help);
    if (!field.unit.empty()) hint += ", in " + std::string(field.unit);
    hint += "\n--" + std::string(field.short_flag.empty() ? field.name : field.short_flag);
    hint += ", default " + format_value(field.get(RunConfig{}));
    return hint + (field.live ? ", can change while it trains" : ", needs a new run");
}

}  // namespace

bool begin_form(const char* id) {
    if (!ImGui::BeginTable(id, 2, ImGuiTableFlags_SizingStretchProp)) return false;
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch, 0.52F);
    ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthStretch, 0.48F);
    return true;
}

void form_row(const Theme& theme, const char* label, bool changed, const std::string& hint) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    ImGui::PushTextWrapPos(0.0F);
    text_small(theme, changed ? theme.text : theme.dim, label);
    ImGui::PopTextWrapPos();
    if (ImGui::IsItemHovered()) {
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(theme.px(380));
        ImGui::TextUnformatted(hint.c_str());
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
    ImGui::TableNextColumn();
    ImGui::SetNextItemWidth(-FLT_MIN);
}

void end_form() { ImGui::EndTable(); }

void draw_field_rows(const FieldRows& rows, RunConfig& config, std::string& problem,
                     const Theme& theme) {
    if (!begin_form(rows.id)) return;
    for (const Field& field : config_fields()) {
        if (!rows.shown(field)) continue;
        ImGui::PushID(field.name.data(), field.name.data() + field.name.size());
        form_row(theme, field.label.c_str(), field.get(config) != field.get(RunConfig{}),
                 hint_of(field));
        ImGui::BeginDisabled(rows.fixed && rows.fixed(field));
        draw_value(field, config, problem);
        ImGui::EndDisabled();
        ImGui::PopID();
    }
    end_form();
}

}  // namespace marginscope
