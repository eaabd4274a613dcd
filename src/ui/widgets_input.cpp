// Buttons, switches and text fields.
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

}  // namespace

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
