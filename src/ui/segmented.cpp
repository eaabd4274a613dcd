// The row of exclusive choices, which wraps.
#include <algorithm>
#include <vector>

#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Cell {
    std::string words;
    ImVec2 at{0, 0};  // from the first cell's corner
    float width = 0;
};

// Flows to the next row where the panel ends; a name longer than the panel is shortened.
std::vector<Cell> lay_out(const Theme& theme, std::span<const Choice> segments, float room,
                          float height, ImVec2& size) {
    const float pad = theme.px(9);
    std::vector<Cell> cells;
    float x = 0, y = 0;
    size = ImVec2(0, height);
    for (const Choice& segment : segments) {
        Cell cell{shortened(ImGui::GetFont(), ImGui::GetFontSize(), segment.name,
                            std::max(theme.px(12), room - 2 * pad))};
        cell.width = ImGui::CalcTextSize(cell.words.c_str()).x + 2 * pad;
        if (x > 0 && x + cell.width > room + 1) {
            x = 0;
            y += height;
        }
        cell.at = ImVec2(x, y);
        x += cell.width;
        size = ImVec2(std::max(size.x, x), y + height);
        cells.push_back(std::move(cell));
    }
    return cells;
}

}  // namespace

float segmented_width(const Theme& theme, std::initializer_list<Choice> segments) {
    float width = 0;
    for (const Choice& segment : segments)
        width += width_of(theme.fonts.text, theme.px(type::kSmall), segment.name) + theme.px(18);
    return width;
}

bool segmented(const Theme& theme, const char* id, std::span<const Choice> segments, int& value) {
    ImGui::PushID(id);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight() + theme.px(8);
    ImVec2 size;
    const std::vector<Cell> cells =
        lay_out(theme, segments, ImGui::GetContentRegionAvail().x, height, size);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(start, ImVec2(start.x + size.x, start.y + size.y), theme.raised,
                        theme.px(4));
    bool changed = false;
    const char* hint = nullptr;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Cell& cell = cells[i];
        const ImVec2 low(start.x + cell.at.x, start.y + cell.at.y);
        const int which = static_cast<int>(i);
        ImGui::SetCursorScreenPos(low);
        ImGui::PushID(which);
        if (ImGui::InvisibleButton("##cell", ImVec2(cell.width, height)) && value != which) {
            value = which;
            changed = true;
        }
        ImGui::PopID();
        const bool on = value == which, hovered = ImGui::IsItemHovered();
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayShort)) hint = segments[i].hint;
        if (on)
            draw->AddRectFilled(low, ImVec2(low.x + cell.width, low.y + height), theme.active,
                                theme.px(4));
        ImGui::SetCursorScreenPos(ImVec2(low.x + theme.px(9), low.y + theme.px(4)));
        text_colored(on || hovered ? theme.text : theme.dim, cell.words.c_str());
    }
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy(size);
    ImGui::PopFont();
    ImGui::PopID();
    if (hint != nullptr) ImGui::SetTooltip("%s", hint);
    return changed;
}

bool segmented(const Theme& theme, const char* id, std::initializer_list<Choice> segments,
               int& value) {
    return segmented(theme, id, std::span(segments.begin(), segments.size()), value);
}

bool segmented(const Theme& theme, const char* id, std::initializer_list<const char*> names,
               int& value) {
    std::vector<Choice> segments;
    for (const char* name : names) segments.push_back({name});
    return segmented(theme, id, segments, value);
}

}  // namespace marginscope
