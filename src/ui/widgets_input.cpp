// Icons, buttons, switches and text fields.
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
