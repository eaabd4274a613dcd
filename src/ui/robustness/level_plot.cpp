// Levels on an axis, bands, dashes and a card.
#include "ui/robustness/level_plot.h"

#include <implot.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/axis_limits.h"
#include "ui/label_rows.h"
#include "ui/path/plot_parts.h"
#include "ui/plot_ticks.h"
#include "ui/run_hue.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr ImPlotFlags kFlags =
    ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus;

/// Where a level stands: as it is, or by its logarithm with 0 in a slot left of the smallest.
struct LevelAxis {
    std::vector<double> levels;  // in rising order
    bool log = false;
    double zero_at = 0;

    LevelAxis(const std::vector<LevelCurve>& curves, bool wish_log) {
        for (const LevelCurve& curve : curves)
            for (const LevelPoint& point : curve.points) levels.push_back(point.level);
        std::sort(levels.begin(), levels.end());
        levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
        const auto first =
            std::find_if(levels.begin(), levels.end(), [](double level) { return level > 0; });
        log = wish_log && first != levels.end();
        if (log) zero_at = std::log10(*first) - 0.45;
    }

    double at(double level) const {
        if (!log) return level;
        return level > 0 ? std::log10(level) : zero_at;
    }
};

void set_up_levels(const LevelAxis& axis, const LevelPlot& plot, float width) {
    const double low = axis.at(axis.levels.front()), high = axis.at(axis.levels.back());
    const double air = high > low ? 0.06 * (high - low) : std::max(0.05, 0.1 * std::abs(high));
    std::vector<double> ticks;
    std::vector<std::string> words;
    std::vector<LabelSpan> spans;
    for (const double level : axis.levels) {
        ticks.push_back(axis.at(level));
        words.push_back(format_number(level, 3));
        const auto middle =
            static_cast<float>((ticks.back() - low + air) / (high - low + 2 * air)) * width;
        const float half = ImGui::CalcTextSize(words.back().c_str()).x / 2;
        spans.push_back({middle - half, middle + half});
    }
    const std::vector<int> rows = label_rows(spans, 1, ImGui::GetFontSize() / 3);
    for (std::size_t k = 0; k < words.size(); ++k)
        if (rows[k] < 0) words[k].clear();
    std::vector<const char*> labels;
    for (const std::string& word : words) labels.push_back(word.c_str());
    std::string name = plot.x_label;
    if (ImGui::CalcTextSize(name.c_str()).x > width) name = name.substr(0, name.find(','));
    ImPlot::SetupAxis(
        ImAxis_X1, plot.x_words ? name.c_str() : nullptr,
        ImPlotAxisFlags_NoHighlight | (plot.x_words ? 0 : ImPlotAxisFlags_NoTickLabels));
    ImPlot::SetupAxisTicks(ImAxis_X1, ticks.data(), static_cast<int>(ticks.size()), labels.data());
    ImPlot::SetupAxisLimits(ImAxis_X1, low - air, high + air, ImPlotCond_Always);
}

void set_up_values(const LevelPlot& plot, const std::vector<LevelCurve>& curves,
                   const Theme& theme) {
    std::vector<double> values;
    if (plot.zero_line) values.push_back(0);
    for (const LevelCurve& curve : curves)
        for (const LevelPoint& point : curve.points)
            for (const double value : {point.value.value, point.value.low, point.value.high})
                if (std::isfinite(value)) values.push_back(value);
    const AxisLimits limits = padded_limits(values);
    ImPlot::SetupAxis(ImAxis_Y1, plot.y_label.c_str(), ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxisLimits(ImAxis_Y1, limits.low, limits.high, ImPlotCond_Always);
    set_up_few_ticks(ImAxis_Y1, limits, plot.height - theme.px(plot.x_words ? 48 : 14), theme);
}

/// From a to b in strokes; `left` is how far the last one came, so that a curve is dashed evenly.
void dashed_line(ImDrawList& draw, ImVec2 a, ImVec2 b, ImU32 color, float thick, ImVec2 pattern,
                 float& left) {
    const float length = std::hypot(b.x - a.x, b.y - a.y), period = pattern.x + pattern.y;
    if (length <= 0 || !std::isfinite(length)) return;
    const ImVec2 step((b.x - a.x) / length, (b.y - a.y) / length);
    for (float s = -left; s < length; s += period) {
        const float from = std::max(0.0F, s), to = std::min(length, s + pattern.x);
        if (to > from)
            draw.AddLine({a.x + step.x * from, a.y + step.y * from},
                         {a.x + step.x * to, a.y + step.y * to}, color, thick);
    }
    left = std::fmod(left + length, period);
}

void draw_strokes(const LevelCurve& curve, const LevelAxis& axis, ImU32 color, const Theme& theme) {
    // Solid, dashes, dots, long dashes; noise on random tokens is dotted whatever the model.
    static constexpr std::array<ImVec2, 4> kPatterns = {ImVec2(1, 0), ImVec2(6, 4), ImVec2(2, 3),
                                                        ImVec2(11, 4)};
    const ImVec2 pattern = kPatterns[curve.open ? 2 : curve.model % kPatterns.size()];
    const float thick = theme.px(curve.open ? 1.25F : 1.75F);
    ImDrawList& draw = *ImPlot::GetPlotDrawList();
    ImPlot::PushPlotClipRect();
    float left = 0;
    for (std::size_t k = 1; k < curve.points.size(); ++k) {
        const LevelPoint &from = curve.points[k - 1], &to = curve.points[k];
        if (!std::isfinite(from.value.value) || !std::isfinite(to.value.value)) continue;
        const ImVec2 a = ImPlot::PlotToPixels(axis.at(from.level), from.value.value),
                     b = ImPlot::PlotToPixels(axis.at(to.level), to.value.value);
        if (pattern.y == 0)
            draw.AddLine(a, b, color, thick);
        else
            dashed_line(draw, a, b, color, thick, {theme.px(pattern.x), theme.px(pattern.y)}, left);
    }
    ImPlot::PopPlotClipRect();
}

ImPlotMarker marker_of(std::size_t model) {
    constexpr ImPlotMarker kMarkers[] = {ImPlotMarker_Circle, ImPlotMarker_Square,
                                         ImPlotMarker_Diamond, ImPlotMarker_Up, ImPlotMarker_Down};
    return kMarkers[model % std::size(kMarkers)];
}

void draw_curve(const LevelCurve& curve, const LevelAxis& axis, const Theme& theme) {
    const ImU32 color = run_hue(theme, static_cast<int>(curve.model));
    std::vector<double> x, y, low, high;
    for (const LevelPoint& point : curve.points) {
        if (!std::isfinite(point.value.value)) continue;
        const bool interval = std::isfinite(point.value.low) && std::isfinite(point.value.high);
        x.push_back(axis.at(point.level));
        y.push_back(point.value.value);
        low.push_back(interval ? point.value.low : point.value.value);
        high.push_back(interval ? point.value.high : point.value.value);
    }
    const auto count = static_cast<int>(x.size());
    ImPlotSpec shade;
    shade.FillColor = to_vec4(color);
    shade.FillAlpha = 0.16F;
    ImPlot::PlotShaded(curve.name.c_str(), x.data(), low.data(), high.data(), count, shade);
    draw_strokes(curve, axis, color, theme);
    ImPlotSpec spec;
    spec.Marker = marker_of(curve.model);
    spec.MarkerSize = theme.px(3.5F);
    spec.MarkerLineColor = to_vec4(color);
    spec.MarkerFillColor = to_vec4(curve.open ? theme.panel : color);
    ImPlot::PlotScatter(curve.name.c_str(), x.data(), y.data(), count, spec);
}

void hover(const LevelPlot& plot, const std::vector<LevelCurve>& curves, const LevelAxis& axis,
           const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return;
    const double x = ImPlot::GetPlotMousePos().x;
    const double level = *std::min_element(
        axis.levels.begin(), axis.levels.end(),
        [&](double a, double b) { return std::abs(axis.at(a) - x) < std::abs(axis.at(b) - x); });
    std::vector<CardLine> lines;
    for (const LevelCurve& curve : curves)
        for (const LevelPoint& point : curve.points)
            if (point.level == level) {
                lines.push_back({curve.name, value_words(plot.quantity, point.value),
                                 run_hue(theme, static_cast<int>(curve.model))});
                for (std::size_t at = 0; at < point.note.size();) {
                    const std::size_t end = std::min(point.note.find('\n', at), point.note.size());
                    lines.push_back({"", point.note.substr(at, end - at), theme.dim});
                    at = end + 1;
                }
            }
    const std::string axis_name = plot.x_label.substr(0, plot.x_label.find(','));
    value_card(theme, axis_name + " " + format_number(level), lines);
}

}  // namespace

void draw_level_plot(const LevelPlot& plot, const std::vector<LevelCurve>& curves,
                     const Theme& theme) {
    const LevelAxis axis(curves, plot.log);
    if (axis.levels.empty()) return;
    const float width = ImGui::GetContentRegionAvail().x;
    if (!ImPlot::BeginPlot(plot.id, ImVec2(width, plot.height), kFlags)) return;
    set_up_levels(axis, plot, std::max(1.0F, width - theme.px(64)));
    set_up_values(plot, curves, theme);
    ImPlotSpec line;
    line.LineColor = to_vec4(theme.line_strong);
    line.Flags = ImPlotItemFlags_NoFit;
    const double zero = 0, slot = axis.log && axis.levels.front() <= 0
                                      ? (axis.zero_at + axis.at(axis.levels[1])) / 2
                                      : 0;
    if (axis.log && axis.levels.front() <= 0) ImPlot::PlotInfLines("##slot", &slot, 1, line);
    if (plot.zero_line) {
        line.Flags |= ImPlotInfLinesFlags_Horizontal;
        ImPlot::PlotInfLines("##zero", &zero, 1, line);
    }
    for (const LevelCurve& curve : curves) draw_curve(curve, axis, theme);
    hover(plot, curves, axis, theme);
    ImPlot::EndPlot();
}

}  // namespace marginscope
