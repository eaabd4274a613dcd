// Heat maps over steps.
#include "ui/train/step_map.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

#include "ui/widgets.h"

namespace marginscope {

bool looks_changed(const TrainSeries& series, StepMapView& view) {
    const MarginSample& last = series.margins.back();
    const std::string_view bytes(reinterpret_cast<const char*>(last.logdets.data()),
                                 last.logdets.size() * sizeof(float));
    const std::string label =
        series.label + " " + std::to_string(std::hash<std::string_view>{}(bytes));
    if (view.looks == series.margins.size() && view.last_step == last.step && view.label == label)
        return false;
    view.looks = series.margins.size();
    view.last_step = last.step;
    view.label = label;
    return true;
}

StepMap place_step_map(const StepColumns& columns, float left, const Theme& theme) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    StepMap map;
    map.at = ImVec2(at.x + left, at.y + theme.px(2));
    map.size = ImVec2(std::max(theme.px(40), room.x - left - theme.px(4)),
                      std::max(theme.px(24), room.y - theme.px(54)));
    map.first_step = columns.first;
    map.end_step = columns.end;
    return map;
}

void draw_step_map(const char* name, const StepMap& map, const StepColumns& columns,
                   std::uint64_t version, const ColorScale& scale, PanelContext& context) {
    const MatrixStyle style{ColorMap::viridis, scale, false, outside_color(context.theme.dark())};
    if (context.pictures != nullptr)
        if (const ImTextureID texture = context.pictures->matrix(
                name, {columns.cells.data(), columns.rows, columns.columns, 0}, version, style))
            ImGui::GetWindowDrawList()->AddImage(
                texture, map.at, ImVec2(map.at.x + map.size.x, map.at.y + map.size.y));
    ImGui::SetCursorScreenPos(map.at);
    ImGui::InvisibleButton(name, map.size);
}

void draw_row_label(const StepMap& map, float y, const std::string& words, float& last_y,
                    const Theme& theme) {
    const float font_px = theme.px(11);
    if (std::abs(last_y - y) < 1.5F * font_px) return;  // it would touch the one before
    last_y = y;
    const float width = theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddText(theme.fonts.mono, font_px,
                  ImVec2(map.at.x - width - theme.px(5),
                         std::clamp(y - font_px / 2, map.at.y, map.at.y + map.size.y - font_px)),
                  theme.dim, words.c_str());
    draw->AddLine(ImVec2(map.at.x - theme.px(3), y), ImVec2(map.at.x, y), theme.line_strong);
}

void draw_step_axis(const std::vector<MarginSample>& margins, const StepMap& map,
                    const Theme& theme) {
    const float font_px = theme.px(11), bottom = map.at.y + map.size.y + theme.px(3);
    const auto width_of = [&](const std::string& words) {
        return theme.fonts.mono->CalcTextSizeA(font_px, 1e9F, 0, words.c_str()).x;
    };
    const auto put = [&](const std::string& words, float left) {
        ImGui::GetWindowDrawList()->AddText(theme.fonts.mono, font_px, ImVec2(left, bottom),
                                            theme.dim, words.c_str());
    };
    std::string first = "step " + std::to_string(margins.front().step);
    if (margins.size() == 1) {
        first += ", looked at once so far";
        put(first, map.at.x + std::max(0.0F, (map.size.x - width_of(first)) / 2));
        return;
    }
    const auto last_step = static_cast<double>(margins.back().step);
    const std::string last = "step " + std::to_string(margins.back().step);
    const auto share =
        static_cast<float>((last_step - map.first_step) / (map.end_step - map.first_step));
    const float left = map.at.x + (map.size.x - width_of(last)) * share;
    put(last, left);
    if (map.at.x + width_of(first) + theme.px(8) < left) put(first, map.at.x);
}

void draw_moment(const StepMap& map, std::int64_t step, const Theme& theme) {
    const double share =
        (static_cast<double>(step) - map.first_step) / (map.end_step - map.first_step);
    if (step < 0 || !(share >= 0 && share <= 1)) return;
    const float x = map.at.x + map.size.x * static_cast<float>(share);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    // Light on dark on light: seen on every colour of the map.
    draw->AddLine(ImVec2(x, map.at.y), ImVec2(x, map.at.y + map.size.y), IM_COL32(0, 0, 0, 160),
                  theme.px(4));
    draw->AddLine(ImVec2(x, map.at.y), ImVec2(x, map.at.y + map.size.y), IM_COL32_WHITE,
                  theme.px(1.5F));
}

void draw_map_colors(const StepMap& map, const ColorScale& scale, const char* label,
                     const Theme& theme) {
    ImGui::SetCursorScreenPos(ImVec2(map.at.x, map.at.y + map.size.y + theme.px(17)));
    color_bar(theme, ColorMap::viridis, scale, label, std::min(map.size.x, theme.px(240)));
}

}  // namespace marginscope
