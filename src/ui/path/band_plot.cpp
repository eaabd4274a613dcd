// Lines over lambda_m with bands over seeds.
#include "ui/path/band_plot.h"

#include <algorithm>
#include <cmath>

#include "ui/lambda_axis.h"
#include "ui/path/plot_parts.h"
#include "ui/plot_ticks.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr ImPlotFlags kFlags =
    ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus;

using DrawnSeries = std::vector<const BandLines*>;

/// Thin and faint; a seed that is at one lambda only is a dot.
void plot_seeds(const BandSeries& series, const std::vector<SeedLine>& seeds,
                const LambdaAxis& axis, const Theme& theme) {
    ImPlotSpec line;
    line.LineColor = to_vec4(with_alpha(series.color, 0.45F));
    line.LineWeight = theme.px(1);
    line.MarkerSize = theme.px(1.5F);
    line.MarkerLineColor = line.MarkerFillColor = line.LineColor;
    for (const SeedLine& seed : seeds) {
        std::vector<double> x;
        for (const double lambda : seed.lambdas) x.push_back(axis.at(lambda));
        line.Marker = x.size() == 1 ? ImPlotMarker_Circle : ImPlotMarker_None;
        ImPlot::PlotLine(series.name.c_str(), x.data(), seed.values.data(),
                         static_cast<int>(x.size()), line);
    }
}

void plot_groups(const BandSeries& series, const std::vector<BandPoint>& points,
                 const LambdaAxis& axis, const Theme& theme) {
    std::vector<double> x, y;
    for (const BandPoint& point : points)
        for (const BandGroup& group : point.groups) {
            x.push_back(axis.at(point.lambda));
            y.push_back(group.mean);
        }
    if (x.empty()) return;
    ImPlotSpec rings;
    rings.Marker = ImPlotMarker_Circle;
    rings.MarkerSize = theme.px(5);
    rings.MarkerFillColor = ImVec4(0, 0, 0, 0);
    rings.MarkerLineColor = to_vec4(series.color);
    rings.LineWeight = theme.px(1.5F);
    ImPlot::PlotScatter((series.name + "##groups").c_str(), x.data(), y.data(),
                        static_cast<int>(x.size()), rings);
}

// ImPlot has no dashes: rivals are drawn thinner, with open markers.
void plot_band(const BandSeries& series, const std::vector<BandPoint>& points,
               const LambdaAxis& axis, const Theme& theme) {
    std::vector<double> x, mean, low, high;
    for (const BandPoint& point : points) {
        x.push_back(axis.at(point.lambda));
        mean.push_back(point.mean);
        low.push_back(point.low);
        high.push_back(point.high);
    }
    ImPlotSpec shade;
    shade.FillColor = to_vec4(series.color);
    shade.FillAlpha = 0.16F;
    ImPlotSpec line;
    line.LineColor = to_vec4(series.color);
    line.LineWeight = theme.px(series.rival() ? 1.0F : 1.75F);
    line.Marker = series.marker;
    line.MarkerSize = theme.px(3.5F);
    line.MarkerLineColor = to_vec4(series.color);
    line.MarkerFillColor = to_vec4(series.rival() ? theme.panel : series.color);
    for (const auto& [from, to] : unbroken(points)) {
        const auto count = static_cast<int>(to - from);
        ImPlot::PlotShaded(series.name.c_str(), &x[from], &low[from], &high[from], count, shade);
        ImPlot::PlotLine(series.name.c_str(), &x[from], &mean[from], count, line);
    }
    plot_groups(series, points, axis, theme);
}

std::string seeds_words(int seeds) {
    return std::to_string(seeds) + (seeds == 1 ? " seed" : " seeds");
}

/// Mean and range, or those of each group where the seeds split.
std::string point_words(const BandPoint& point) {
    if (!point.split())
        return format_number(point.mean, 5) + "  (" + format_number(point.low) + " … " +
               format_number(point.high) + ", " + seeds_words(point.seeds) + ")";
    std::string words;
    for (const BandGroup& group : point.groups)
        words += (words.empty() ? "" : ", ") + format_number(group.mean) + "  (" +
                 seeds_words(group.seeds) + ")";
    return words;
}

/// The numbers of the lambda nearest the mouse, for every series.
void hover(const PathFrame& path, const std::vector<BandSeries>& all, const DrawnSeries& bands,
           const LambdaAxis& axis, const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return;
    const double x = ImPlot::GetPlotMousePos().x;
    double nearest = 0, distance = INFINITY;
    for (const double lambda : lambdas_of(path))
        if (std::abs(axis.at(lambda) - x) < distance) {
            distance = std::abs(axis.at(lambda) - x);
            nearest = lambda;
        }
    std::vector<CardLine> lines;
    for (std::size_t k = 0; k < all.size(); ++k)
        for (const BandPoint& point : bands[k]->points)
            if (point.lambda == nearest)
                lines.push_back({all[k].name, point_words(point), all[k].color});
    const bool proposed =
        path.proposal && path.proposal->settled && path.proposal->lambda == nearest;
    value_card(theme, "lambda_m " + format_number(nearest) + (proposed ? ", proposed" : ""), lines);
}

void vertical_line(const char* id, double x, ImU32 color) {
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.Flags = ImPlotItemFlags_NoFit;
    ImPlot::PlotInfLines(id, &x, 1, spec);
}

void set_up_values(const BandPlot& plot, const DrawnSeries& bands, float height,
                   const Theme& theme) {
    std::vector<double> values;
    for (const BandLines* one : bands) {
        for (const BandPoint& point : one->points)
            values.insert(values.end(), {point.low, point.high});
        for (const SeedLine& seed : one->seeds)
            values.insert(values.end(), seed.values.begin(), seed.values.end());
    }
    const bool log = plot.log_y && !values.empty() &&
                     std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
    const AxisLimits limits = padded_limits(values, log);
    ImPlot::SetupAxis(ImAxis_Y1, plot.y_label, ImPlotAxisFlags_NoHighlight);
    if (log) ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    ImPlot::SetupAxisLimits(ImAxis_Y1, limits.low, limits.high, ImPlotCond_Always);
    const float below = theme.px(plot.lambda_words ? 48 : 14);
    set_up_few_ticks(ImAxis_Y1, limits, height - below, theme, log);
}

}  // namespace

void draw_band_plot(const BandPlot& plot, const std::shared_ptr<const PathFrame>& shown,
                    const std::vector<BandSeries>& all, bool relative, BandCache& cache,
                    const Theme& theme) {
    const PathFrame& path = *shown;
    DrawnSeries bands;
    for (const BandSeries& series : all)
        bands.push_back(
            &cache.lines(shown, series.quantity, series.train_noise, relative, plot.seeds));
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float width = std::max(room.x * 0.5F, room.x - plot.label_width);
    ImGui::BeginGroup();
    if (ImPlot::BeginPlot(plot.id, ImVec2(width, plot.height), kFlags)) {
        const std::vector<double> lambdas = lambdas_of(path);
        const LambdaAxis axis(lambdas);
        set_up_lambda_axis(axis, lambdas, std::max(1.0F, width - theme.px(64)), plot.lambda_words);
        set_up_values(plot, bands, plot.height > 0 ? plot.height : room.y, theme);
        vertical_line("##slot", (axis.zero_at + std::log10(axis.smallest)) / 2, theme.line_strong);
        if (path.proposal && path.proposal->settled)
            vertical_line("##proposal", axis.at(path.proposal->lambda),
                          with_alpha(theme.good, 0.8F));
        std::vector<EndLabel> labels;
        for (std::size_t k = 0; k < all.size(); ++k)
            plot_seeds(all[k], bands[k]->seeds, axis, theme);
        for (std::size_t k = 0; k < all.size(); ++k) {
            if (bands[k]->points.empty()) continue;
            plot_band(all[k], bands[k]->points, axis, theme);
            const BandPoint& last = bands[k]->points.back();
            labels.push_back(
                {all[k].label, all[k].name, all[k].color,
                 ImPlot::PlotToPixels(axis.at(last.lambda),
                                      last.split() ? last.groups.back().mean : last.mean)});
        }
        hover(path, all, bands, axis, theme);
        const ImVec2 at = ImPlot::GetPlotPos(), size = ImPlot::GetPlotSize();
        ImPlot::EndPlot();
        draw_end_labels(labels, at.x + size.x, at.y, at.y + size.y, theme);
    }
    ImGui::EndGroup();
}

}  // namespace marginscope
