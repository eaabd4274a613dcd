// Losses and margins against lambda_m: means over seeds with bands from the smallest to the largest.
#include "ui/path/path_plots.h"

#include <implot.h>

#include <algorithm>
#include <cmath>

#include "ui/path/path_curves.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr ImPlotFlags kFlags = ImPlotFlags_NoTitle | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus;

bool nothing_done(const PathFrame* path) {
    return path == nullptr ||
           std::none_of(path->cells.begin(), path->cells.end(), [](const PathCell& c) { return c.status == CellStatus::done; });
}

/// The lambda axis with its slot for 0, marked by a tick of its own.
void set_up_lambda(const LambdaAxis& axis, const std::vector<double>& lambdas) {
    std::vector<double> ticks;
    std::vector<std::string> words;
    for (const double lambda : lambdas) {
        ticks.push_back(axis.at(lambda));
        words.push_back(format_number(lambda, 3));
    }
    std::vector<const char*> labels;
    for (const std::string& word : words) labels.push_back(word.c_str());
    ImPlot::SetupAxis(ImAxis_X1, "lambda_m, log with a slot for 0", ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxisTicks(ImAxis_X1, ticks.data(), static_cast<int>(ticks.size()), labels.data());
    ImPlot::SetupAxisLimits(ImAxis_X1, axis.zero_at - 0.2, std::log10(axis.largest) + 0.2, ImPlotCond_Always);
}

struct SeriesStyle {
    ImU32 color = 0;
    ImPlotMarker marker = ImPlotMarker_Circle;
    bool dashed = false;  // ImPlot has no dashes: rivals are drawn thinner, with open markers
};

void plot_band(const std::string& name, const std::vector<BandPoint>& points, const LambdaAxis& axis, const SeriesStyle& style, const Theme& theme) {
    if (points.empty()) return;
    std::vector<double> x, mean, low, high;
    for (const BandPoint& point : points) {
        x.push_back(axis.at(point.lambda));
        mean.push_back(point.mean);
        low.push_back(point.low);
        high.push_back(point.high);
    }
    const auto count = static_cast<int>(x.size());
    ImPlotSpec shade;
    shade.FillColor = to_vec4(style.color);
    shade.FillAlpha = 0.16F;
    shade.Flags = ImPlotItemFlags_NoLegend;
    ImPlot::PlotShaded(name.c_str(), x.data(), low.data(), high.data(), count, shade);
    ImPlotSpec line;
    line.LineColor = to_vec4(style.color);
    line.LineWeight = theme.px(style.dashed ? 1.0F : 1.75F);
    line.Marker = style.marker;
    line.MarkerSize = theme.px(3.5F);
    line.MarkerLineColor = to_vec4(style.color);
    line.MarkerFillColor = to_vec4(style.dashed ? theme.panel : style.color);
    ImPlot::PlotLine(name.c_str(), x.data(), mean.data(), count, line);
}

struct Series {
    CellQuantity quantity;
    double train_noise = 0;
    std::string name;
    SeriesStyle style;
};

/// The numbers of the lambda nearest the mouse, for every series.
void hover(const PathFrame& path, const std::vector<Series>& all, const LambdaAxis& axis, bool relative, const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return;
    const double x = ImPlot::GetPlotMousePos().x;
    double nearest = 0, distance = INFINITY;
    for (const double lambda : lambdas_of(path))
        if (std::abs(axis.at(lambda) - x) < distance) {
            distance = std::abs(axis.at(lambda) - x);
            nearest = lambda;
        }
    std::vector<CardLine> lines;
    for (const Series& series : all)
        for (const BandPoint& point : band(path, series.quantity, series.train_noise, relative))
            if (point.lambda == nearest)
                lines.push_back({series.name, format_number(point.mean, 5) + "  (" + format_number(point.low) + " … " + format_number(point.high) + ", " +
                                                  std::to_string(point.seeds) + (point.seeds == 1 ? " seed)" : " seeds)"),
                                 series.style.color});
    value_card(theme, "lambda_m " + format_number(nearest), lines);
}

void plot(const char* id, const char* y_label, float height, const PathFrame& path, const std::vector<Series>& all, bool relative, const Theme& theme) {
    if (!ImPlot::BeginPlot(id, ImVec2(-1, height), kFlags)) return;
    const std::vector<double> lambdas = lambdas_of(path);
    const LambdaAxis axis(lambdas);
    set_up_lambda(axis, lambdas);
    ImPlot::SetupAxis(ImAxis_Y1, y_label, ImPlotAxisFlags_AutoFit | ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupLegend(ImPlotLocation_NorthWest, ImPlotLegendFlags_None);
    const double wall = (axis.zero_at + std::log10(axis.smallest)) / 2;
    ImPlotSpec faint;
    faint.LineColor = to_vec4(theme.line_strong);
    faint.Flags = ImPlotItemFlags_NoLegend | ImPlotItemFlags_NoFit;
    ImPlot::PlotInfLines("##slot", &wall, 1, faint);
    for (const Series& series : all) plot_band(series.name, band(path, series.quantity, series.train_noise, relative), axis, series.style, theme);
    if (path.proposal) {
        const double x = axis.at(path.proposal->lambda);
        ImPlotSpec mark;
        mark.LineColor = to_vec4(theme.select);
        mark.Flags = ImPlotItemFlags_NoLegend | ImPlotItemFlags_NoFit;
        ImPlot::PlotInfLines("##proposal", &x, 1, mark);
    }
    hover(path, all, axis, relative, theme);
    ImPlot::EndPlot();
}

void unit_choice(PathView& view, const Theme& theme) {
    int unit = view.relative ? 1 : 0;
    if (segmented(theme, "unit", {"noise absolute", "noise × RMS"}, unit)) view.relative = unit == 1;
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("A model can look robust to absolute noise by growing its embeddings: look at both units.");
    ImGui::SameLine(0, theme.px(12));
    text_small(theme, theme.faint, "means over seeds, bands from the smallest to the largest");
}

ImPlotMarker marker_of(std::size_t k) {
    constexpr ImPlotMarker kMarkers[] = {ImPlotMarker_Circle, ImPlotMarker_Square, ImPlotMarker_Diamond, ImPlotMarker_Up, ImPlotMarker_Down};
    return kMarkers[k % std::size(kMarkers)];
}

/// Own models first, then each rival trained with noise: the same hue, open markers.
void add_series(std::vector<Series>& all, const PathFrame& path, const CellQuantity& quantity, int hue, std::size_t marker) {
    for (const double noise : train_noises_of(path)) {
        Series series{quantity, noise, quantity.name, {to_u32(run_color(hue)), marker_of(marker), noise > 0}};
        if (noise > 0) series.name += ", trained with noise " + format_number(noise);
        all.push_back(std::move(series));
    }
}

}  // namespace

void draw_path_losses(const Frames& frames, PathView& view, PanelContext& context) {
    const PathFrame* path = frames.path.get();
    if (nothing_done(path)) {
        empty_state(context.theme, "No losses yet", "Clean and noisy cross-entropy against lambda_m appear as soon as the first model is done.");
        return;
    }
    unit_choice(view, context.theme);
    std::vector<Series> all;
    add_series(all, *path, clean_loss(), 0, 0);
    std::size_t k = 1;
    for (const double sigma : sigmas_of(*path, view.relative)) {
        add_series(all, *path, noisy_loss(sigma, view.relative), static_cast<int>(k), k);
        ++k;
    }
    plot("##losses", "cross-entropy, nats", -1, *path, all, view.relative, context.theme);
}

void draw_path_margins(const Frames& frames, PathView& view, PanelContext& context) {
    const PathFrame* path = frames.path.get();
    if (nothing_done(path)) {
        empty_state(context.theme, "No margins yet",
                    "sigma_min and log|det J| against lambda_m appear here, side by side: a large lambda_m can raise the one without the other.");
        return;
    }
    const float height = ImGui::GetContentRegionAvail().y;
    std::vector<Series> singular, volume;
    add_series(singular, *path, sigma_min_median(), 2, 0);
    add_series(singular, *path, sigma_min_p5(), 3, 1);
    add_series(singular, *path, sigma_min_smallest(), 5, 2);
    add_series(volume, *path, logdet_mean(), 0, 0);
    add_series(volume, *path, embedding_rms(), 4, 1);
    plot("##singular", "sigma_min", height * 0.5F, *path, singular, view.relative, context.theme);
    plot("##volume", "log|det J|, RMS", height * 0.5F - context.theme.px(4), *path, volume, view.relative, context.theme);
}

}  // namespace marginscope
