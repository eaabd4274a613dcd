// The slider row: label, track, value; a double click turns it into a text field.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "ui/widgets.h"

namespace marginscope {
namespace {

std::string value_text(const SliderSpec& spec, double value) {
    if (spec.off_text != nullptr &&
        value == (spec.scale.zero_slot || spec.scale.min == 0 ? 0.0 : spec.scale.max)) {
        return spec.off_text;
    }
    return format_number(value, spec.digits);
}

// The row turned into a text field after a double click. True when a value was typed.
bool typed_value(const Theme& theme, const SliderSpec& spec, ImGuiID id, float width,
                 double& value) {
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID fresh = id + 1;
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    if (storage->GetBool(fresh)) {
        ImGui::SetKeyboardFocusHere();
        storage->SetBool(fresh, false);
    }
    ImGui::SetNextItemWidth(width);
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    const bool done =
        ImGui::InputText("##typed", buffer, sizeof buffer,
                         ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll |
                             ImGuiInputTextFlags_CharsScientific);
    const bool left = ImGui::IsItemDeactivated();
    ImGui::PopFont();
    if (done || left) storage->SetBool(id, false);
    if (!done) return false;
    char* end = nullptr;
    const double typed = std::strtod(buffer, &end);
    if (end == buffer || !std::isfinite(typed)) return false;
    const bool zero = spec.scale.zero_slot && typed <= 0;
    const double next = zero ? 0.0 : std::clamp(typed, spec.scale.min, spec.scale.max);
    const bool changed = next != value;
    value = spec.scale.integer ? std::round(next) : next;
    return changed;
}

struct Track {
    ImVec2 at;
    float width = 0;
    float height = 0;
    float zero = 0;  // width of the zero slot with its gap
};

void draw_track(const Theme& theme, const Track& track, double unit, bool hot) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float middle = track.at.y + track.height / 2;
    const float thick = theme.px(3);
    const float left = track.at.x + track.zero;
    const float right = track.at.x + track.width;
    draw->AddRectFilled(ImVec2(left, middle - thick / 2), ImVec2(right, middle + thick / 2),
                        theme.active, thick / 2);
    float knob = left + static_cast<float>(std::max(unit, 0.0)) * (right - left);
    if (track.zero > 0) {
        const ImVec2 slot(track.at.x + theme.px(5), middle);
        draw->AddCircleFilled(slot, theme.px(3), unit < 0 ? theme.select : theme.active);
        if (unit < 0) knob = slot.x;
    }
    if (unit >= 0) {
        draw->AddRectFilled(ImVec2(left, middle - thick / 2), ImVec2(knob, middle + thick / 2),
                            with_alpha(theme.select, hot ? 1.0F : 0.8F), thick / 2);
    }
    const float radius = theme.px(hot ? 6.5F : 5.5F);
    draw->AddCircleFilled(ImVec2(knob, middle), radius, theme.panel);
    draw->AddCircleFilled(ImVec2(knob, middle), radius - theme.px(1.5F),
                          hot ? theme.text : theme.dim);
}

}  // namespace

double SliderScale::to_unit(double value) const {
    if (zero_slot && value <= 0) return -1.0;
    const double v = std::clamp(value, min, max);
    if (!log_scale) return max > min ? (v - min) / (max - min) : 0.0;
    return std::log(v / min) / std::log(max / min);
}

double SliderScale::from_unit(double unit) const {
    if (zero_slot && unit < 0) return 0.0;
    const double t = std::clamp(unit, 0.0, 1.0);
    double value = log_scale ? min * std::pow(max / min, t) : min + t * (max - min);
    if (log_scale && !integer) {  // two significant digits: what a hand can mean
        const double step = std::pow(10.0, std::floor(std::log10(value)) - 1);
        value = std::clamp(std::round(value / step) * step, min, max);
    }
    return integer ? std::round(value) : value;
}

bool slider(const Theme& theme, const SliderSpec& spec, double& value) {
    ImGui::PushID(spec.label);
    const ImGuiID typing = ImGui::GetID("typing");
    const float row = theme.px(24);
    const float total = ImGui::GetContentRegionAvail().x;
    const float label_width = std::min(theme.px(96), total * 0.36F);
    const float value_width = theme.px(58);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float text_y = at.y + (row - ImGui::GetTextLineHeight()) / 2;

    ImGui::SetCursorScreenPos(ImVec2(at.x, text_y));
    if (spec.quantity != Quantity::count) {
        quantity_label(theme, spec.quantity, {}, spec.label);
    } else {
        text_colored(theme.dim, spec.label);
        if (spec.hint != nullptr && ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
            ImGui::SetTooltip("%s", spec.hint);
    }

    bool changed = false;
    ImGui::SetCursorScreenPos(ImVec2(at.x + label_width, at.y));
    if (ImGui::GetStateStorage()->GetBool(typing)) {
        changed = typed_value(theme, spec, typing, total - label_width, value);
    } else {
        Track track{ImVec2(at.x + label_width, at.y),
                    std::max(theme.px(30), total - label_width - value_width), row,
                    spec.scale.zero_slot ? theme.px(18) : theme.px(6)};
        ImGui::InvisibleButton("##track", ImVec2(track.width, row));
        const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
        if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) {
            ImGui::GetStateStorage()->SetBool(typing, true);
            ImGui::GetStateStorage()->SetBool(typing + 1, true);
        } else if (ImGui::IsItemActive()) {
            const float left = track.at.x + track.zero;
            const double unit = (ImGui::GetIO().MousePos.x - left) / (track.width - track.zero);
            const double slot =
                spec.scale.zero_slot ? -theme.px(5) / (track.width - track.zero) : -1e9;
            const double next = spec.scale.from_unit(unit < slot ? -1.0 : std::max(unit, 0.0));
            changed = next != value;
            value = next;
        }
        if (!spec.scale.zero_slot) track.zero = theme.px(6);
        draw_track(theme, track, spec.scale.to_unit(value), hot);
        ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
        const std::string words = value_text(spec, value);
        const float width = ImGui::CalcTextSize(words.c_str()).x;
        ImGui::SetCursorScreenPos(
            ImVec2(at.x + total - width, at.y + (row - ImGui::GetTextLineHeight()) / 2));
        text_colored(theme.text, words.c_str());
        ImGui::PopFont();
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(total, row));
    ImGui::PopID();
    return changed;
}

}  // namespace marginscope
