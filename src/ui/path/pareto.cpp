// Clean loss against noisy loss: what robustness costs, the rivals trained with noise among them.
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "ui/path/path_curves.h"
#include "ui/path/path_plots.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

struct Point {
    const PathCell* cell = nullptr;
    double clean = 0, noisy = 0;
};

std::vector<Point> points_of(const PathFrame& path, const CellQuantity& noisy, double train_noise, bool relative) {
    std::vector<Point> points;
    for (const PathCell& cell : path.cells) {
        if (cell.train_noise != train_noise) continue;
        const auto x = value_of(clean_loss(), cell, relative);
        const auto y = value_of(noisy, cell, relative);
        if (x && y) points.push_back({&cell, *x, *y});
    }
    return points;
}

void plot_points(const std::vector<Point>& points, const std::string& name, ImU32 color, ImPlotMarker marker, const Theme& theme) {
    std::vector<double> x, y;
    for (const Point& point : points) {
        x.push_back(point.clean);
        y.push_back(point.noisy);
    }
    ImPlotSpec spec;
    spec.Marker = marker;
    spec.MarkerSize = theme.px(4);
    spec.MarkerFillColor = to_vec4(color);
    spec.MarkerLineColor = to_vec4(color);
    spec.LineColor = to_vec4(color);
    ImPlot::PlotScatter(name.c_str(), x.data(), y.data(), static_cast<int>(x.size()), spec);
}

/// The point under the mouse: its numbers, and a click opens its model.
void hover(const std::vector<Point>& all, const CellQuantity& noisy, PanelContext& context) {
    if (!ImPlot::IsPlotHovered()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const Point* nearest = nullptr;
    float distance = context.theme.px(12);
    for (const Point& point : all) {
        const ImVec2 at = ImPlot::PlotToPixels(point.clean, point.noisy);
        const float d = std::hypot(at.x - mouse.x, at.y - mouse.y);
        if (d < distance) {
            distance = d;
            nearest = &point;
        }
    }
    if (nearest == nullptr) return;
    const PathCell& cell = *nearest->cell;
    std::string title = "lambda_m " + format_number(cell.lambda) + ", seed " + std::to_string(cell.seed);
    if (cell.train_noise > 0) title += ", trained with noise " + format_number(cell.train_noise);
    value_card(context.theme, title, {{"clean loss", format_number(nearest->clean, 5) + " nats"}, {noisy.name, format_number(nearest->noisy, 5) + " nats"}});
    if (!ImGui::IsMouseClicked(0)) return;
    context.selection.path_run = cell.run;
    context.out.push_back(LoadPathCell{cell.run});
}

void mark_chosen(const std::vector<Point>& all, const PathFrame& path, PanelContext& context) {
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    const Theme& theme = context.theme;
    ImPlot::PushPlotClipRect();
    for (const Point& point : all) {
        const ImVec2 at = ImPlot::PlotToPixels(point.clean, point.noisy);
        const bool proposed = path.proposal && point.cell->train_noise == 0 && point.cell->lambda == path.proposal->lambda;
        if (proposed) draw->AddCircle(at, theme.px(8), theme.good, 0, theme.px(1.5F));
        if (!point.cell->run.empty() && point.cell->run == context.selection.path_run) draw->AddCircle(at, theme.px(11), theme.select, 0, theme.px(2));
    }
    ImPlot::PopPlotClipRect();
}

}  // namespace

void draw_pareto(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    const std::vector<double> sigmas = path != nullptr ? sigmas_of(*path, view.relative) : std::vector<double>{};
    if (sigmas.empty()) {
        empty_state(theme, "Nothing to weigh yet", "Clean loss against noisy loss, a point for each model: the lower left is better.");
        return;
    }
    const CellQuantity noisy = noisy_loss(sigmas[sigmas.size() / 2], view.relative);
    if (!ImPlot::BeginPlot("##pareto", ImVec2(-1, -1), ImPlotFlags_NoTitle | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus)) return;
    ImPlot::SetupAxis(ImAxis_X1, "clean loss, nats", ImPlotAxisFlags_AutoFit | ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxis(ImAxis_Y1, noisy.name.c_str(), ImPlotAxisFlags_AutoFit | ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupLegend(ImPlotLocation_NorthEast);
    std::vector<Point> all;
    const std::vector<double> lambdas = lambdas_of(*path);
    for (const double noise : train_noises_of(*path)) {
        const std::vector<Point> points = points_of(*path, noisy, noise, view.relative);
        for (std::size_t k = 0; k < lambdas.size(); ++k) {
            std::vector<Point> own;
            std::copy_if(points.begin(), points.end(), std::back_inserter(own), [&](const Point& p) { return p.cell->lambda == lambdas[k]; });
            if (own.empty()) continue;
            const std::string name = "lambda_m " + format_number(lambdas[k]) + (noise > 0 ? ", noise " + format_number(noise) : "");
            plot_points(own, name, to_u32(run_color(static_cast<int>(k))), noise > 0 ? ImPlotMarker_Cross : ImPlotMarker_Circle, theme);
        }
        all.insert(all.end(), points.begin(), points.end());
    }
    mark_chosen(all, *path, context);
    hover(all, noisy, context);
    ImPlot::EndPlot();
}

}  // namespace marginscope
