// Buttons, switches, text fields and the slider row.
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "ui/widgets.h"

namespace marginscope {
namespace {

int resize_string(ImGuiInputTextCallbackData* data) {
    if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
        auto* text = static_cast<std::string*>(data->UserData);
        text->resize(static_cast<std::size_t>(data->BufTextLen));
        data->Buf = text->data();
    }
    return 0;
}

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

void draw_icon(ImDrawList& draw, Icon icon, ImVec2 c, float size, ImU32 color) {
    const float s = size / 2, w = std::max(1.0F, size / 9);
    const auto at = [&](float x, float y) { return ImVec2(c.x + x * s, c.y + y * s); };
    const auto triangle = [&](float x, float half, float dir) {
        draw.AddTriangleFilled(at(x - half * dir, -0.8F), at(x + half * dir, 0),
                               at(x - half * dir, 0.8F), color);
    };
    switch (icon) {
        case Icon::menu:
            for (const float y : {-0.7F, 0.0F, 0.7F})
                draw.AddLine(at(-0.9F, y), at(0.9F, y), color, w);
            break;
        case Icon::first:
            draw.AddRectFilled(at(-0.9F, -0.8F), at(-0.65F, 0.8F), color);
            triangle(0.15F, 0.65F, -1);
            break;
        case Icon::back:
            triangle(0.0F, 0.6F, -1);
            break;
        case Icon::play:
            triangle(0.1F, 0.75F, 1);
            break;
        case Icon::pause:
            draw.AddRectFilled(at(-0.7F, -0.8F), at(-0.2F, 0.8F), color);
            draw.AddRectFilled(at(0.2F, -0.8F), at(0.7F, 0.8F), color);
            break;
        case Icon::forward:
            triangle(0.0F, 0.6F, 1);
            break;
        case Icon::last:
            draw.AddRectFilled(at(0.65F, -0.8F), at(0.9F, 0.8F), color);
            triangle(-0.15F, 0.65F, 1);
            break;
        case Icon::restart:
            draw.PathArcTo(c, s * 0.8F, -0.6F, 4.2F, 24);
            draw.PathStroke(color, 0, w);
            draw.AddTriangleFilled(at(0.25F, -0.35F), at(1.0F, -0.25F), at(0.75F, -1.0F), color);
            break;
        case Icon::branch:
            draw.AddLine(at(-0.6F, -0.8F), at(-0.6F, 0.8F), color, w);
            draw.AddLine(at(-0.6F, 0.3F), at(0.6F, -0.6F), color, w);
            draw.AddCircleFilled(at(0.6F, -0.6F), s * 0.25F, color);
            break;
        case Icon::close:
            draw.AddLine(at(-0.6F, -0.6F), at(0.6F, 0.6F), color, w);
            draw.AddLine(at(-0.6F, 0.6F), at(0.6F, -0.6F), color, w);
            break;
        case Icon::expand:
            draw.AddRect(at(-0.75F, -0.75F), at(0.75F, 0.75F), color, 0, 0, w);
            break;
        case Icon::shrink:
            draw.AddRect(at(-0.75F, -0.35F), at(0.35F, 0.75F), color, 0, 0, w);
            draw.AddLine(at(-0.35F, -0.75F), at(0.75F, -0.75F), color, w);
            draw.AddLine(at(0.75F, -0.75F), at(0.75F, 0.35F), color, w);
            break;
        case Icon::target:
            draw.AddCircle(c, s * 0.7F, color, 0, w);
            draw.AddCircleFilled(c, s * 0.25F, color);
            break;
    }
}

bool icon_button(const Theme& theme, const char* id, Icon icon, const char* hint, bool enabled,
                 bool on) {
    const float side = theme.px(28);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::BeginDisabled(!enabled);
    const bool pressed = ImGui::InvisibleButton(id, ImVec2(side, side));
    ImGui::EndDisabled();
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool hovered = ImGui::IsItemHovered();
    const ImU32 back = ImGui::IsItemActive() ? theme.active
                       : hovered             ? theme.hover
                       : on                  ? theme.raised
                                             : 0;
    if (back != 0) draw->AddRectFilled(at, ImVec2(at.x + side, at.y + side), back, theme.px(4));
    const ImU32 color = !enabled  ? theme.line_strong
                        : on      ? theme.select
                        : hovered ? theme.text
                                  : theme.dim;
    draw_icon(*draw, icon, ImVec2(at.x + side / 2, at.y + side / 2), theme.px(12), color);
    if (hint != nullptr &&
        ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort | ImGuiHoveredFlags_AllowWhenDisabled)) {
        ImGui::SetTooltip("%s", hint);
    }
    return pressed;
}

bool primary_button(const Theme& theme, const char* words, bool enabled) {
    ImGui::BeginDisabled(!enabled);
    ImGui::PushStyleColor(ImGuiCol_Button, theme.select);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, mix(theme.select, theme.text, 0.15F));
    ImGui::PushStyleColor(ImGuiCol_ButtonActive, mix(theme.select, theme.ground, 0.2F));
    ImGui::PushStyleColor(ImGuiCol_Text, theme.dark() ? theme.ground : theme.panel);
    ImGui::PushFont(theme.fonts.semibold, type::kBody);
    const bool pressed = ImGui::Button(words);
    ImGui::PopFont();
    ImGui::PopStyleColor(4);
    ImGui::EndDisabled();
    return pressed;
}

bool segmented(const Theme& theme, const char* id, std::initializer_list<const char*> names,
               int& value) {
    ImGui::PushID(id);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight() + theme.px(8), pad = theme.px(9);
    float width = 0;
    for (const char* name : names) width += ImGui::CalcTextSize(name).x + 2 * pad;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(start, ImVec2(start.x + width, start.y + height), theme.raised,
                        theme.px(4));
    bool changed = false;
    float x = start.x;
    int i = 0;
    for (const char* name : names) {
        const float cell = ImGui::CalcTextSize(name).x + 2 * pad;
        ImGui::SetCursorScreenPos(ImVec2(x, start.y));
        ImGui::PushID(i);
        if (ImGui::InvisibleButton("##cell", ImVec2(cell, height)) && value != i) {
            value = i;
            changed = true;
        }
        ImGui::PopID();
        const bool on = value == i;
        if (on)
            draw->AddRectFilled(ImVec2(x, start.y), ImVec2(x + cell, start.y + height),
                                theme.active, theme.px(4));
        const ImU32 color = on ? theme.text : ImGui::IsItemHovered() ? theme.text : theme.dim;
        ImGui::SetCursorScreenPos(ImVec2(x + pad, start.y + theme.px(4)));
        text_colored(color, name);
        x += cell;
        ++i;
    }
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy(ImVec2(width, height));
    ImGui::PopFont();
    ImGui::PopID();
    return changed;
}

bool switch_button(const Theme& theme, const char* words, bool& on, const char* hint) {
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const ImVec2 words_size = ImGui::CalcTextSize(words);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size(words_size.x + theme.px(18), words_size.y + theme.px(8));
    const bool pressed = ImGui::InvisibleButton(words, size);
    const bool hovered = ImGui::IsItemHovered();
    if (pressed) on = !on;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 end(at.x + size.x, at.y + size.y);
    if (on)
        draw->AddRectFilled(at, end, theme.active, theme.px(4));
    else
        draw->AddRect(at, end, hovered ? theme.line_strong : theme.line, theme.px(4));
    draw->AddText(ImVec2(at.x + theme.px(9), at.y + theme.px(4)),
                  on || hovered ? theme.text : theme.dim, words);
    ImGui::PopFont();
    if (hint != nullptr && ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort))
        ImGui::SetTooltip("%s", hint);
    return pressed;
}

bool input_text(const char* id, std::string& text, const char* hint, float width,
                ImGuiInputTextFlags flags) {
    ImGui::SetNextItemWidth(width);
    return ImGui::InputTextWithHint(id, hint, text.data(), text.capacity() + 1,
                                    flags | ImGuiInputTextFlags_CallbackResize, resize_string,
                                    &text);
}

}  // namespace marginscope
