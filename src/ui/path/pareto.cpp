// Clean loss against noisy loss: what robustness costs, the rivals trained with noise among them.
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "figures/path/path_front.h"
#include "ui/flow.h"
#include "ui/path/choice.h"
#include "ui/path/front_marks.h"
#include "ui/path/path_plots.h"
#include "ui/path/plot_parts.h"
#include "ui/plot_ticks.h"
#include "ui/widgets.h"
#include "ui/words.h"

namespace marginscope {
namespace {

struct Point {
    const PathCell* cell = nullptr;
    double clean = 0, noisy = 0;
};

std::vector<Point> points_of(const PathFrame& path, const CellQuantity& noisy, double train_noise,
                             bool relative) {
    std::vector<Point> points;
    for (const PathCell& cell : path.cells) {
        if (cell.train_noise != train_noise) continue;
        const auto x = value_of(clean_loss(), cell, relative);
        const auto y = value_of(noisy, cell, relative);
        if (x && y) points.push_back({&cell, *x, *y});
    }
    return points;
}

void plot_points(const std::vector<Point>& points, const std::string& name, ImU32 color,
                 ImPlotMarker marker, const Theme& theme) {
    std::vector<double> x, y;
    for (const Point& point : points) {
        x.push_back(point.clean);
        y.push_back(point.noisy);
    }
    ImPlotSpec spec;
    spec.Marker = marker;
    spec.MarkerSize = theme.px(3);
    spec.MarkerFillColor = to_vec4(with_alpha(color, 0.5F));
    spec.MarkerLineColor = spec.LineColor = spec.MarkerFillColor;
    ImPlot::PlotScatter(name.c_str(), x.data(), y.data(), static_cast<int>(x.size()), spec);
}

void set_up_axes(const std::vector<Point>& all, const CellQuantity& noisy, float height,
                 const Theme& theme) {
    std::vector<double> x, y;
    for (const Point& point : all) {
        x.push_back(point.clean);
        y.push_back(point.noisy);
    }
    const AxisLimits wide = padded_limits(x), high = padded_limits(y);
    ImPlot::SetupAxis(ImAxis_X1, "clean loss, nats", ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxis(ImAxis_Y1, (noisy.name + ", nats").c_str(), ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxisLimits(ImAxis_X1, wide.low, wide.high, ImPlotCond_Always);
    ImPlot::SetupAxisLimits(ImAxis_Y1, high.low, high.high, ImPlotCond_Always);
    set_up_few_ticks(ImAxis_Y1, high, height - theme.px(48), theme);
}

/// Faint, behind the means: discs for the path's own models, crosses for the rivals trained with
/// noise.
void plot_all(const std::vector<Point>& all, const PathFrame& path, const Theme& theme) {
    for (const double lambda : lambdas_of(path))
        for (const bool rival : {false, true}) {
            std::vector<Point> own;
            std::copy_if(all.begin(), all.end(), std::back_inserter(own), [&](const Point& p) {
                return p.cell->lambda == lambda && (p.cell->train_noise > 0) == rival;
            });
            if (own.empty()) continue;
            plot_points(own, format_number(lambda) + (rival ? " rivals" : ""),
                        lambda_color(path, lambda, theme),
                        rival ? ImPlotMarker_Cross : ImPlotMarker_Circle, theme);
        }
}

/// The point under the mouse: its numbers, and a click opens its model.
void hover(const std::vector<Point>& all, const CellQuantity& noisy, PathView& view,
           PanelContext& context) {
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
    std::vector<CardLine> lines = {{"clean loss", format_number(nearest->clean, 5) + " nats"},
                                   {noisy.name, format_number(nearest->noisy, 5) + " nats"}};
    for (const CardLine& line : choice_lines(context.theme, true)) lines.push_back(line);
    value_card(context.theme, choice_words({cell.lambda, cell.train_noise, cell.seed}), lines);
    if (ImGui::IsMouseClicked(0)) choose_model(cell, view, context);
}

/// A mean before the models behind it.
void hover_any(const std::vector<Point>& all, const std::vector<FrontPoint>& means,
               const CellQuantity& noisy, PathView& view, PanelContext& context) {
    if (!ImPlot::IsPlotHovered()) return;
    const FrontPoint* mean = hovered_mean(means, context.theme);
    if (mean == nullptr) return hover(all, noisy, view, context);
    hover_mean(*mean, noisy, context.theme);
    if (ImGui::IsMouseClicked(0)) choose_lambda(mean->lambda, mean->train_noise, view);
}

void mark_chosen(const std::vector<Point>& all, const PathFrame& path, PanelContext& context) {
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    const Theme& theme = context.theme;
    ImPlot::PushPlotClipRect();
    for (const Point& point : all) {
        const ImVec2 at = ImPlot::PlotToPixels(point.clean, point.noisy);
        const bool proposed = path.proposal && path.proposal->settled &&
                              point.cell->train_noise == 0 &&
                              point.cell->lambda == path.proposal->lambda;
        if (proposed) draw->AddCircle(at, theme.px(8), theme.good, 0, theme.px(1.5F));
        if (!point.cell->run.empty() && point.cell->run == context.selection.path_run)
            draw->AddCircle(at, theme.px(11), theme.select, 0, theme.px(2));
    }
    ImPlot::PopPlotClipRect();
}

/// Which noise stands on the second axis.
void noise_choice(const std::vector<double>& sigmas, PathView& view, const Theme& theme) {
    const std::size_t now = weighed_sigma(sigmas, view.look.weighed);
    const auto words = [&](std::size_t k) { return noisy_loss(sigmas[k], view.relative).name; };
    if (!begin_list("##weighed", words(now), theme.px(170), theme)) return;
    for (std::size_t k = 0; k < sigmas.size(); ++k)
        if (ImGui::Selectable(words(k).c_str(), k == now)) view.look.weighed = static_cast<int>(k);
    ImGui::EndCombo();
}

std::vector<LegendEntry> legend_of(const PathFrame& path, const Theme& theme) {
    std::vector<LegendEntry> entries = {{"lambda_m", theme.dim, Mark::none}};
    for (const double lambda : lambdas_of(path))
        entries.push_back({format_number(lambda), lambda_color(path, lambda, theme), Mark::disc});
    if (train_noises_of(path).back() > 0)
        entries.push_back({"trained with noise", theme.dim, Mark::cross});
    entries.push_back({"mean, 95 % intervals", theme.dim, Mark::square});
    entries.push_back({"front", theme.dim, Mark::line});
    if (path.proposal && path.proposal->settled)
        entries.push_back({"proposed", theme.good, Mark::ring});
    return entries;
}

}  // namespace

void draw_pareto(const Frames& frames, PathView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const PathFrame* path = frames.path.get();
    const std::vector<double> sigmas =
        path != nullptr ? sigmas_of(*path, view.relative) : std::vector<double>{};
    if (sigmas.empty()) {
        empty_state(theme, "Nothing to weigh yet",
                    "Clean loss against noisy loss, a point for each model: the lower left is "
                    "better.");
        return;
    }
    noise_choice(sigmas, view, theme);
    const CellQuantity noisy =
        noisy_loss(sigmas[weighed_sigma(sigmas, view.look.weighed)], view.relative);
    const std::vector<FrontPoint> means = front_points(*path, noisy, view.relative);
    std::vector<Point> all;
    for (const double noise : train_noises_of(*path)) {
        const std::vector<Point> points = points_of(*path, noisy, noise, view.relative);
        all.insert(all.end(), points.begin(), points.end());
    }
    const char* note = "lower left is better";
    flow(width_of(theme.fonts.text, theme.px(type::kSmall), note), theme.px(12));
    small_paragraph(theme, theme.dim, note);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%s",
                          "A faint point for each model, a square for the mean of a lambda_m over "
                          "the seeds that all share.\nThe front: what nothing else beats in both "
                          "losses. A lambda_m whose seeds split has no mean.");
    const std::vector<LegendEntry> legend = legend_of(*path, theme);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float below = legend_height(legend, room.x, theme) + ImGui::GetStyle().ItemSpacing.y;
    const float height = std::max(theme.px(110), room.y - below);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const bool open = ImPlot::BeginPlot(
        "##pareto", ImVec2(-1, height),
        ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus);
    if (open) {
        set_up_axes(all, noisy, height, theme);
        plot_all(all, *path, theme);
        draw_front(means, *path, theme);
        mark_chosen(all, *path, context);
        hover_any(all, means, noisy, view, context);
        ImPlot::EndPlot();
    }
    ImGui::PopFont();
    draw_legend(legend, room.x, theme);
}

}  // namespace marginscope
