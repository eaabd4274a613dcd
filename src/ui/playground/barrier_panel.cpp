// What the data wants against what the barrier holds off.
#include <implot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/action_button.h"
#include "ui/axis_limits.h"
#include "ui/flow.h"
#include "ui/playground/playground_panels.h"
#include "ui/plot_ticks.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void draw_settings(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    BarrierPull pull = frame.document.pull;
    SliderSpec lambda{"lambda_m", {0.001, kLargestLambda, true, true}};
    lambda.off_text = "0";
    lambda.quantity = Quantity::lambda;
    SliderSpec sigma{"sigma of pull", {kLeastPullSigma, kMostPullSigma, true}};
    sigma.hint = "How weakly the data pulls: |u − target|² / 2σ²";
    bool changed = slider(theme, lambda, pull.lambda);
    changed |= slider(theme, sigma, pull.sigma);
    if (changed) context.out.push_back(SetPlaygroundPull{pull});
}

void draw_descent(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const bool playing = frame.descent.playing;
    action_button(context, "playground.play", playing ? Icon::pause : Icon::play, true, playing);
    ImGui::SameLine(0, theme.px(2));
    action_button(context, "playground.step", Icon::forward);
    const PlaygroundDescent& d = frame.descent;
    const double lambda = frame.document.pull.lambda;
    const std::string words = "pull " + format_number(d.pull, 3) + " + lambda_m b " +
                              format_number(lambda == 0 ? 0 : lambda * d.barrier, 3) + " = " +
                              format_number(d.total, 3);
    flow(width_of(theme.fonts.text, theme.px(type::kSmall), words), theme.px(10));
    small_paragraph(theme, theme.dim, words.c_str());
}

// Infinite at the boundary: a gap in the line.
std::vector<double> shown_values(const std::vector<double>& values) {
    std::vector<double> all;
    for (const double v : values)
        all.push_back(std::isfinite(v) ? v : std::numeric_limits<double>::quiet_NaN());
    return all;
}

struct CurveLimits {
    AxisLimits y;
    double x = 1;
};

// What lies between the target and where the descent began, and somewhat more: farther out the pull
// alone would fill the picture, and what rises without bound leaves it.
CurveLimits limits_of(const PlaygroundDescent& d) {
    const double began = d.trail.empty() ? d.token_along
                                         : std::hypot(d.trail.front().x - d.line_from.x,
                                                      d.trail.front().y - d.line_from.y);
    double pull = 0.3;
    double low = 0;
    for (std::size_t k = 0; k < d.along.size(); ++k) {
        if (std::isfinite(d.pull_curve[k]) && d.along[k] <= began)
            pull = std::max(pull, d.pull_curve[k]);
        if (std::isfinite(d.total_curve[k])) low = std::min(low, d.total_curve[k]);
    }
    const double high = 1.5 * pull;
    CurveLimits limits;
    limits.x = d.along.back();
    for (std::size_t k = d.along.size(); k-- > 0 && d.pull_curve[k] > high;) limits.x = d.along[k];
    limits.y = padded_limits({std::max(low, -high), high});
    return limits;
}

void plot(const char* name, const std::vector<double>& x, const std::vector<double>& y, ImU32 color,
          float weight) {
    const std::vector<double> values = shown_values(y);
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.LineWeight = weight;
    ImPlot::PlotLine(name, x.data(), values.data(),
                     static_cast<int>(std::min(x.size(), values.size())), spec);
}

// Where the barrier is infinite.
void mark_cliffs(const PlaygroundDescent& d, AxisLimits y, const Theme& theme) {
    ImPlot::PushPlotClipRect();
    for (std::size_t k = 0; k < d.along.size() && k < d.barrier_curve.size(); ++k) {
        if (!std::isinf(d.barrier_curve[k])) continue;
        ImPlot::GetPlotDrawList()->AddLine(ImPlot::PlotToPixels(d.along[k], y.low),
                                           ImPlot::PlotToPixels(d.along[k], y.high),
                                           with_alpha(theme.accent, 0.6F), theme.px(1.5F));
    }
    ImPlot::PopPlotClipRect();
}

// Where the token is on the line.
void mark_token(const PlaygroundDescent& d, AxisLimits y, const Theme& theme) {
    if (!std::isfinite(d.token_along)) return;
    ImPlot::PushPlotClipRect();
    const ImVec2 low = ImPlot::PlotToPixels(d.token_along, y.low);
    const ImVec2 high = ImPlot::PlotToPixels(d.token_along, y.high);
    ImPlot::GetPlotDrawList()->AddLine(low, high, with_alpha(theme.select, 0.7F), theme.px(1));
    if (std::isfinite(d.total))
        ImPlot::GetPlotDrawList()->AddCircleFilled(ImPlot::PlotToPixels(d.token_along, d.total),
                                                   theme.px(4), theme.select);
    ImPlot::PopPlotClipRect();
}

void draw_curve(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const PlaygroundDescent& d = frame.descent;
    if (d.along.size() < 2 || !std::isfinite(d.along.back()) || d.along.back() <= 0) return;
    const float height = std::max(theme.px(110), ImGui::GetContentRegionAvail().y);
    const CurveLimits limits = limits_of(d);
    const AxisLimits y = limits.y;
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    if (ImPlot::BeginPlot("##objective", {-1, height},
                          ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText |
                              ImPlotFlags_NoMenus)) {
        ImPlot::SetupAxis(ImAxis_X1, "from the target", ImPlotAxisFlags_NoHighlight);
        ImPlot::SetupAxis(ImAxis_Y1, nullptr, ImPlotAxisFlags_NoHighlight);
        ImPlot::SetupAxisLimits(ImAxis_X1, 0, limits.x, ImPlotCond_Always);
        ImPlot::SetupAxisLimits(ImAxis_Y1, y.low, y.high, ImPlotCond_Always);
        set_up_few_ticks(ImAxis_Y1, y, height - theme.px(48), theme);
        plot("pull", d.along, d.pull_curve, theme.good, theme.px(1));
        plot("barrier", d.along, d.barrier_curve, theme.accent, theme.px(1));
        plot("sum", d.along, d.total_curve, theme.text, theme.px(2));
        mark_cliffs(d, y, theme);
        mark_token(d, y, theme);
        ImPlot::EndPlot();
    }
    ImGui::PopFont();
}

void draw_legend(const Theme& theme) {
    const auto word = [&](const char* words, ImU32 color, bool first) {
        if (!first) flow(width_of(theme.fonts.text, theme.px(type::kSmall), words), theme.px(8));
        text_small(theme, color, words);
    };
    word("pull |u − target|² / 2σ²", theme.good, true);
    word("lambda_m b, b = −log|det J|", theme.accent, false);
    word("sum", theme.text, false);
}

}  // namespace

void draw_playground_barrier(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    const auto settings = [&] {
        draw_settings(frame, context);
        draw_descent(frame, context);
        draw_legend(theme);
    };
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (room.x < theme.px(540)) {
        settings();
        return draw_curve(frame, context);
    }
    // Side by side, so that the curve has the whole height.
    const float left = theme.px(270);
    ImGui::BeginChild("##settings", {left, 0});
    settings();
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(14));
    ImGui::BeginChild("##curve");
    draw_curve(frame, context);
    ImGui::EndChild();
}

}  // namespace marginscope
