// A form of two columns that share the width whatever its scale.
#include "ui/field_rows.h"

#include <imgui.h>

#include <cfloat>
#include <cstdlib>
#include <optional>

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

/// A word, or a number, or a word and where it begins: "closed", "1", "learned:0.2".
struct WordAndNumber {
    std::string word;  // "" for a number alone
    std::optional<double> number;
};

WordAndNumber parts_of(const std::string& text) {
    WordAndNumber parts;
    const bool alone = !text.empty() && (text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
    if (!alone) parts.word = text.substr(0, text.find(':'));
    const std::string rest = alone                             ? text
                             : text.size() > parts.word.size() ? text.substr(parts.word.size() + 1)
                                                               : "";
    if (!rest.empty()) parts.number = std::strtod(rest.c_str(), nullptr);
    return parts;
}

/// Words with a number beside those that take one, and the number alone, which counts RMS.
void draw_worded(const Field& field, RunConfig& config, std::string& problem) {
    constexpr const char* kAlone = "× RMS";
    constexpr double kFirst = 1.0;
    WordAndNumber now = parts_of(format_value(field.get(config)));
    if (ImGui::BeginCombo("##value", now.word.empty() ? kAlone : now.word.c_str())) {
        for (const std::string_view name : field.choices)
            if (ImGui::Selectable(std::string(name).c_str(), name == now.word))
                set(config, problem, field, std::string(name));
        if (ImGui::Selectable(kAlone, now.word.empty()) && !now.word.empty())
            set(config, problem, field, format_value(kFirst));
        ImGui::EndCombo();
    }
    now = parts_of(format_value(field.get(config)));
    const bool takes_one = now.word.empty() || field.canonical(now.word + ":1");
    if (!takes_one) return;
    double number = now.number.value_or(SigmaRule::kFirstLearned);
    ImGui::SetNextItemWidth(-FLT_MIN);
    ImGui::InputDouble("##number", &number, 0, 0,
                       now.word.empty() ? "%g × RMS" : "%g at the start");
    if (ImGui::IsItemDeactivatedAfterEdit())
        set(config, problem, field,
            (now.word.empty() ? "" : now.word + ":") + format_value(number));
}

void draw_value(const Field& field, RunConfig& config, std::string& problem) {
    const FieldValue value = field.get(config);
    if (field.canonical) {
        draw_worded(field, config, problem);
    } else if (!field.choices.empty()) {
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
        const std::string mark = rows.mark ? rows.mark(field) : "";
        form_row(theme, (field.label + (mark.empty() ? "" : " · " + mark)).c_str(),
                 !mark.empty() || field.get(config) != field.get(RunConfig{}), hint_of(field));
        ImGui::BeginDisabled(rows.fixed && rows.fixed(field));
        draw_value(field, config, problem);
        ImGui::EndDisabled();
        ImGui::PopID();
    }
    end_form();
}

}  // namespace marginscope
