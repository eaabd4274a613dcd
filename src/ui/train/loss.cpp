// Losses over the steps: cross-entropy of training and validation above, the barrier and one more
// quantity below.
#include "ui/train/loss.h"

#include <implot.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/flow.h"
#include "ui/plot_ticks.h"
#include "ui/run_hue.h"
#include "ui/train/live_marks.h"
#include "ui/train/loss_curves.h"
#include "ui/train/moment_controls.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr int kForkHue = 3;
constexpr std::initializer_list<const char*> kSmooth = {"every step", "mean of 20", "mean of 200"};

ImPlotSpec line_of(ImU32 color, float weight) {
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.LineWeight = weight;
    return spec;
}

void draw_options(LossView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    int scale = view.log_y ? 1 : 0;
    if (segmented(theme, "scale", {"linear", "log"}, scale)) {
        view.log_y = scale == 1;
        view.fit = true;
    }
    const float gap = theme.px(12);
    flow(segmented_width(theme, kSmooth), gap);
    int smooth = view.smooth <= 1 ? 0 : view.smooth <= 20 ? 1 : 2;
    if (segmented(theme, "smooth", kSmooth, smooth))
        view.smooth = smooth == 0 ? 1 : smooth == 1 ? 20 : 200;
    flow(theme.px(28 + 12 + 132), gap);
    // The icon's button is taller than the rest of the row: its middle stands on theirs.
    const float row = ImGui::GetCursorPosY();
    ImGui::SetCursorPosY(row - theme.px(4));
    if (icon_button(theme, "##fit", Icon::target,
                    "Show all steps, and follow new ones; moving the plot ends it", true, view.fit))
        view.fit = true;
    ImGui::SameLine(0, gap);
    ImGui::SetCursorPosY(row);
    ImGui::SetNextItemWidth(theme.px(132));
    if (ImGui::BeginCombo("##second", second_figure(view.second).name)) {
        for (int k = 0; k < kSecondFigures; ++k)
            if (ImGui::Selectable(second_figure(k).name, k == view.second)) {
                view.second = k;
                view.fit = true;
            }
        ImGui::EndCombo();
    }
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("What the lower plot shows beside the barrier");
}

std::string nats(float value) {
    return std::isfinite(value) ? format_number(value, 5) + " nats" : "not finite";
}

/// The values at the mouse, exact: the sample of the hovered step, and the last evaluation before
/// it; of a fork its sample of that step.
void hover(const TrainHistory& history, LossView& view, const Theme& theme) {
    const TrainSeries& series = history.run;
    if (!ImPlot::IsPlotHovered() || series.samples.empty()) return;
    const auto step = static_cast<std::int64_t>(std::llround(ImPlot::GetPlotMousePos().x));
    auto at = std::lower_bound(
        series.samples.begin(), series.samples.end(), step,
        [](const TrainingSample& s, std::int64_t wanted) { return s.step < wanted; });
    if (at == series.samples.end()) --at;
    view.hovered_step = at->step;
    const EvalSample* eval = nullptr;
    for (const EvalSample& one : series.evals)
        if (one.step <= at->step) eval = &one;
    std::vector<CardLine> lines = {{"training", nats(at->ce)}};
    const TrainingSample* forked = history.forked ? sample_of(history.fork, at->step) : nullptr;
    if (forked != nullptr && forked->step > history.forked_at)
        lines.push_back({"fork", nats(forked->ce)});
    if (eval != nullptr)
        lines.push_back({"validation, step " + std::to_string(eval->step), nats(eval->val_ce)});
    // Steps without a barrier have none of these.
    if (std::isfinite(at->barrier)) lines.push_back({"barrier", format_number(at->barrier, 5)});
    if (std::isfinite(at->logdet_mean))
        lines.push_back({"mean log|det|", format_number(at->logdet_mean, 5)});
    if (std::isfinite(at->share_beyond))
        lines.push_back({"share beyond", format_percent(at->share_beyond)});
    lines.push_back({"lambda_m", format_number(at->lambda)});
    lines.push_back({"learning rate", format_number(at->lr)});
    if (at->capped > 0) lines.push_back({"barrier gradients cut", std::to_string(at->capped)});
    if (at->singular > 0)
        lines.push_back({"on the boundary itself", std::to_string(at->singular), theme.accent});
    value_card(theme, "step " + std::to_string(at->step), lines);
}

// The axes are linked to limits of the view's own, which follow_data() sets from the curves: what
// else stands in a plot has no say in them, and x is the same in both plots in every frame.
bool begin_plot(const char* id, float height, LossView& view, bool x_label, bool legend) {
    const ImPlotFlags flags = ImPlotFlags_NoTitle | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus |
                              (legend ? 0 : ImPlotFlags_NoLegend);
    if (!ImPlot::BeginPlot(id, ImVec2(-1, height), flags)) return false;
    ImPlot::SetupAxis(ImAxis_X1, x_label ? "step" : nullptr,
                      ImPlotAxisFlags_NoHighlight | (x_label ? 0 : ImPlotAxisFlags_NoTickLabels));
    ImPlot::SetupAxisLinks(ImAxis_X1, &view.x.low, &view.x.high);
    ImPlot::SetupLegend(ImPlotLocation_NorthEast,
                        ImPlotLegendFlags_Horizontal | ImPlotLegendFlags_Outside);
    return true;
}

void set_up_y(ImAxis axis, const char* name, AxisLimits& limits, ImPlotAxisFlags flags = 0) {
    ImPlot::SetupAxis(axis, name, flags | ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxisLinks(axis, &limits.low, &limits.high);
}

void end_plot(LossView& view) {
    if (ImPlot::IsPlotHovered()) {
        if (ImGui::GetIO().MouseWheel != 0 || ImGui::IsMouseDragging(0, 4)) view.fit = false;
        if (ImGui::IsMouseDoubleClicked(0)) view.fit = true;
    }
    ImPlot::EndPlot();
}

/// What the axes at both sides leave of the panel's width.
float plot_width(const Theme& theme) { return ImGui::GetContentRegionAvail().x - theme.px(100); }

void plot_curve(const char* name, const Curve& curve, ImU32 color, float weight) {
    if (curve.x.empty()) return;
    ImPlot::PlotLine(name, curve.x.data(), curve.y.data(), static_cast<int>(curve.x.size()),
                     line_of(color, weight));
}

void plot_losses(const TrainHistory& history, LossView& view, const Theme& theme, float height) {
    const TrainSeries& series = history.run;
    const bool legend = legend_fits({"training", "validation", "fork"}, plot_width(theme));
    if (!begin_plot("##losses", height, view, false, legend)) return;
    set_up_y(ImAxis_Y1, "cross-entropy, nats", view.ce_limits);
    set_up_few_ticks(ImAxis_Y1, view.ce_limits, height - theme.px(34), theme, view.log_y);
    if (view.log_y) ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    const ImU32 own = run_hue(theme, 0);
    const ImU32 other = run_hue(theme, 1);
    plot_curve("training", view.ce, own, theme.px(1.5F));
    plot_curve("fork", view.fork.ce, run_hue(theme, kForkHue), theme.px(1.5F));
    const Curve validation = validation_of(series);
    ImPlotSpec spec = line_of(other, theme.px(1.75F));
    spec.Marker = ImPlotMarker_Circle;
    spec.MarkerSize = theme.px(3);
    ImPlot::PlotLine("validation", validation.x.data(), validation.y.data(),
                     static_cast<int>(validation.x.size()), spec);
    if (history.forked) {
        // In the fork's hue: of the two the one whose line it has.
        const Curve of_fork = validation_of(history.fork, history.forked_at);
        spec.LineColor = to_vec4(run_hue(theme, kForkHue));
        ImPlot::PlotLine("##fork validation", of_fork.x.data(), of_fork.y.data(),
                         static_cast<int>(of_fork.x.size()), spec);
    }
    draw_live_marks(series, theme, true);
    draw_moment_line(view.moment, theme, true);
    hover(history, view, theme);
    end_plot(view);
}

void plot_barrier(const TrainHistory& history, LossView& view, const Theme& theme, float height) {
    const TrainSeries& series = history.run;
    const char* second = second_figure(view.second).name;
    const char* barrier = "barrier, mean of -log|det J|";
    if (!legend_fits({barrier, second}, plot_width(theme))) barrier = "barrier";
    const bool legend = legend_fits({"barrier", second}, plot_width(theme));
    if (!begin_plot("##barrier", height, view, true, legend)) return;
    set_up_y(ImAxis_Y1, "barrier", view.barrier_limits);
    set_up_y(ImAxis_Y2, second, view.below_limits, ImPlotAxisFlags_AuxDefault);
    for (const auto& [axis, limits] :
         {std::pair{ImAxis_Y1, view.barrier_limits}, std::pair{ImAxis_Y2, view.below_limits}})
        set_up_few_ticks(axis, limits, height - theme.px(68), theme);
    plot_curve(barrier, view.barrier, theme.accent, theme.px(1.25F));
    plot_curve("##fork barrier", view.fork.barrier, mix(theme.accent, theme.text, 0.5F),
               theme.px(1.25F));
    ImPlot::SetAxes(ImAxis_X1, ImAxis_Y2);
    plot_curve(second, view.below, run_hue(theme, 2), theme.px(1.25F));
    plot_curve("##fork second", view.fork.below, mix(run_hue(theme, 2), theme.text, 0.5F),
               theme.px(1.25F));
    ImPlot::SetAxes(ImAxis_X1, ImAxis_Y1);
    draw_live_marks(series, theme, false);
    draw_moment_line(view.moment, theme, false);
    hover(history, view, theme);
    end_plot(view);
}

}  // namespace

void draw_losses(const Frames& frames, const TrainHistory& history, LossView& view,
                 PanelContext& context) {
    const Theme& theme = context.theme;
    if (history.run.empty()) {
        empty_state(theme, "No training yet",
                    "Press Start beside this panel: training and validation loss, and the barrier "
                    "apart, are drawn here step by step.");
        return;
    }
    view.hovered_step = -1;
    view.moment = std::max(past_moment(frames.training.get()), past_moment(frames.fork.get()));
    draw_options(view, context);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    refresh(history, view, std::max(64, static_cast<int>(room.x)));
    const float upper = std::max(theme.px(96), room.y * 0.56F);
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    if (view.fit) follow_data(history, view);
    if (ImPlot::BeginAlignedPlots("##loss")) {
        plot_losses(history, view, theme, upper);
        plot_barrier(history, view, theme,
                     std::max(theme.px(110),
                              room.y - upper - ImGui::GetStyle().ItemSpacing.y - theme.px(1)));
        ImPlot::EndAlignedPlots();
    }
    ImGui::PopFont();
}

}  // namespace marginscope
