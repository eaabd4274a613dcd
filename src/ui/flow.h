// Controls that stand side by side while there is room, and below each other where there is not.
//
// Main thread, inside a frame.
#pragma once

#include <imgui.h>

#include <initializer_list>

#include "ui/theme.h"

namespace marginscope {

/// Goes on beside the last item where `width` more pixels fit, else on a new line.
inline void flow(float width, float gap) {
    const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
    if (ImGui::GetItemRectMax().x + gap + width <= right) ImGui::SameLine(0, gap);
}

/// Width of a button with these words in the present font.
inline float button_width(const char* words) {
    return ImGui::CalcTextSize(words).x + 2 * ImGui::GetStyle().FramePadding.x;
}

/// Width of segmented() with these names.
inline float segmented_width(const Theme& theme, std::initializer_list<const char*> names) {
    float width = 0;
    for (const char* name : names)
        width +=
            theme.fonts.text->CalcTextSizeA(theme.px(type::kSmall), 1e9F, 0, name).x + theme.px(18);
    return width;
}

}  // namespace marginscope
