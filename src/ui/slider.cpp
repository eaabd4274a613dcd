// The slider row: label, track, and a field with the number.
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

double limited(const SliderScale& scale, double typed) {
    if (scale.zero_slot && typed <= 0) return 0.0;
    const double value = std::clamp(typed, scale.min, scale.max);
    return scale.integer ? std::round(value) : value;
}

// The field with the number. True when another one was typed and entered.
bool number_field(const Theme& theme, const SliderSpec& spec, ImVec2 at, float width, float row,
                  double& value) {
    const std::string shown = value_text(spec, value);
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%s", shown.c_str());
    ImGui::SetNextItemWidth(width);
    ImGui::PushFont(theme.fonts.mono, type::kBody - 1);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(4), theme.px(2)));
    ImGui::SetCursorScreenPos(ImVec2(at.x, at.y + (row - ImGui::GetFrameHeight()) / 2));
    ImGui::InputText("##number", buffer, sizeof buffer,
                     ImGuiInputTextFlags_AutoSelectAll | ImGuiInputTextFlags_CharsScientific);
    const bool entered = ImGui::IsItemDeactivatedAfterEdit();
    ImGui::PopStyleVar();
    ImGui::PopFont();
    // What only shows fewer digits than the value has must not round it.
    if (!entered || shown == buffer) return false;
    char* end = nullptr;
    const double typed = std::strtod(buffer, &end);
    if (end == buffer || !std::isfinite(typed)) return false;
    const double next = limited(spec.scale, typed);
    const bool changed = next != value;
    value = next;
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

namespace {

struct Places {
    float row = 0;  // height of one
    ImVec2 label, track, field;
    float label_width = 0, track_width = 0, field_width = 0, height = 0;
};

Places places_of(const Theme& theme, ImVec2 at, float total) {
    Places p;
    p.row = theme.px(24);
    p.label = at;
    p.field_width = std::min(theme.px(64), total * 0.5F);
    const float label = theme.px(94), gap = theme.px(8);
    p.field = ImVec2(at.x + total - p.field_width, at.y);
    if (total >= label + p.field_width + gap + theme.px(50)) {
        p.label_width = label - theme.px(4);
        p.track = ImVec2(at.x + label, at.y);
        p.track_width = total - label - p.field_width - gap;
        p.height = p.row;
        return p;
    }
    p.label_width = total - p.field_width - theme.px(4);
    p.track = ImVec2(at.x, at.y + p.row);
    p.track_width = total;
    p.height = 2 * p.row;
    return p;
}

void draw_label(const Theme& theme, const SliderSpec& spec, const Places& places) {
    ImGui::SetCursorScreenPos(
        ImVec2(places.label.x, places.label.y + (places.row - ImGui::GetTextLineHeight()) / 2));
    const std::string words =
        shortened(ImGui::GetFont(), ImGui::GetFontSize(), spec.label, places.label_width);
    if (spec.quantity != Quantity::count) {
        quantity_label(theme, spec.quantity, {}, words.c_str());
        return;
    }
    text_colored(theme.dim, words.c_str());
    if (spec.hint != nullptr && ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip("%s", spec.hint);
}

// True when the knob was dragged; a press that does not move changes nothing.
bool drag_track(const Theme& theme, const SliderSpec& spec, const Places& places, double& value) {
    Track track{places.track, std::max(theme.px(20), places.track_width), places.row,
                spec.scale.zero_slot ? theme.px(18) : theme.px(6)};
    ImGui::SetCursorScreenPos(places.track);
    ImGui::InvisibleButton("##track", ImVec2(track.width, places.row));
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    bool changed = false;
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(0, theme.px(3))) {
        const float left = track.at.x + track.zero;
        const double unit = (ImGui::GetIO().MousePos.x - left) / (track.width - track.zero);
        const double slot = spec.scale.zero_slot ? -theme.px(5) / (track.width - track.zero) : -1e9;
        const double next = spec.scale.from_unit(unit < slot ? -1.0 : std::max(unit, 0.0));
        changed = next != value;
        value = next;
    } else if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) {
        ImGui::SetTooltip("Drag, or type the number at the right");
    }
    draw_track(theme, track, spec.scale.to_unit(value), hot);
    return changed;
}

}  // namespace

bool slider(const Theme& theme, const SliderSpec& spec, double& value) {
    ImGui::PushID(spec.label);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float total = std::max(1.0F, ImGui::GetContentRegionAvail().x);
    const Places places = places_of(theme, at, total);
    draw_label(theme, spec, places);
    const bool dragged = drag_track(theme, spec, places, value);
    const bool typed =
        number_field(theme, spec, places.field, places.field_width, places.row, value);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy(ImVec2(total, places.height));
    ImGui::PopID();
    return dragged || typed;
}

}  // namespace marginscope
