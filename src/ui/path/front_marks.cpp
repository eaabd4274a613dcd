// Crosses, means and the line through the front.
#include "ui/path/front_marks.h"

#include <implot.h>

#include <cmath>
#include <string>

#include "ui/path/choice.h"
#include "ui/path/plot_parts.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

ImVec2 place_of(const FrontPoint& point) {
    return ImPlot::PlotToPixels(point.clean.value, point.noisy.value);
}

/// Both intervals; a single seed has none.
void draw_cross(const FrontPoint& point, ImU32 color, const Theme& theme) {
    if (!std::isfinite(point.clean.low) || !std::isfinite(point.noisy.low)) return;
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    const ImVec2 at = place_of(point);
    const ImVec2 low = ImPlot::PlotToPixels(point.clean.low, point.noisy.low),
                 high = ImPlot::PlotToPixels(point.clean.high, point.noisy.high);
    draw->AddLine({low.x, at.y}, {high.x, at.y}, color, theme.px(1));
    draw->AddLine({at.x, low.y}, {at.x, high.y}, color, theme.px(1));
}

/// A square for the path's own, turned for a rival trained with noise.
void draw_mean(ImVec2 at, bool rival, ImU32 color, const Theme& theme) {
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    const float r = theme.px(rival ? 6 : 4.5F);
    if (rival) {
        draw->AddQuadFilled({at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y},
                            color);
        draw->AddQuad({at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y},
                      theme.panel, theme.px(1));
        return;
    }
    draw->AddRectFilled({at.x - r, at.y - r}, {at.x + r, at.y + r}, color);
    draw->AddRect({at.x - r, at.y - r}, {at.x + r, at.y + r}, theme.panel, 0, 0, theme.px(1));
}

}  // namespace

void draw_front(const std::vector<FrontPoint>& points, const PathFrame& path, const Theme& theme) {
    std::vector<double> x, y;
    for (const FrontPoint& point : front_of(points)) {
        x.push_back(point.clean.value);
        y.push_back(point.noisy.value);
    }
    ImPlotSpec line;
    line.LineColor = to_vec4(theme.dim);
    line.LineWeight = theme.px(1.25F);
    ImPlot::PlotLine("##front", x.data(), y.data(), static_cast<int>(x.size()), line);
    ImPlot::PushPlotClipRect();
    for (const FrontPoint& point : points)
        draw_cross(point, with_alpha(lambda_color(path, point.lambda, theme), 0.7F), theme);
    for (const FrontPoint& point : points)
        draw_mean(place_of(point), point.train_noise > 0, lambda_color(path, point.lambda, theme),
                  theme);
    ImPlot::PopPlotClipRect();
}

const FrontPoint* hovered_mean(const std::vector<FrontPoint>& points, const Theme& theme) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const FrontPoint* nearest = nullptr;
    float distance = theme.px(8);
    for (const FrontPoint& point : points) {
        const ImVec2 at = place_of(point);
        const float d = std::hypot(at.x - mouse.x, at.y - mouse.y);
        if (d < distance) {
            distance = d;
            nearest = &point;
        }
    }
    return nearest;
}

void hover_mean(const FrontPoint& point, const CellQuantity& noisy, const Theme& theme) {
    const auto words = [](const Interval& value) {
        std::string text = format_number(value.value, 5);
        if (std::isfinite(value.low))
            text += "  (" + format_number(value.low) + " … " + format_number(value.high) + ")";
        return text + " nats";
    };
    std::vector<CardLine> lines = {
        {"clean loss", words(point.clean)},
        {noisy.name, words(point.noisy)},
        {"mean of", std::to_string(point.seeds) + (point.seeds == 1 ? " seed" : " seeds") +
                        (point.seeds > 1 ? ", 95 % intervals" : "")},
        {"front",
         point.front ? "nothing else is better in both" : "another one is better in both"}};
    for (const CardLine& line : choice_lines(theme, false)) lines.push_back(line);
    value_card(theme, choice_words({point.lambda, point.train_noise, std::nullopt}), lines);
}

}  // namespace marginscope
