// The U of lambda_m: where each lets the token come to rest, and what that costs.
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "figures/path/path_curves.h"
#include "figures/playground/rests_words.h"
#include "ui/flow.h"
#include "ui/lambda_axis.h"
#include "ui/playground/playground_panels.h"
#include "ui/plot_ticks.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr const char* kPull = "what the data pays";
constexpr const char* kNoise = "what noise adds";

void draw_legend(const Theme& theme) {
    const auto word = [&](const char* words, ImU32 color, bool first) {
        if (!first) flow(width_of(theme.fonts.text, theme.px(type::kSmall), words), theme.px(8));
        text_small(theme, color, words);
    };
    word(kPull, theme.good, true);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("|u − target|² / 2σ² where it comes to rest, in nats");
    word(kNoise, theme.accent, false);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip(
            "s² |J⁻¹|² / 2σ², in nats: noise of s per coordinate moves the token by J⁻¹ times the "
            "noise,\nto first order, and that is what it adds to the pull on average. "
            "Without bound where det J = 0.");
    word("sum", theme.text, false);
}

void plot_over_lambda(const char* name, const LambdaRests& rests, double top, ImU32 color,
                      float weight, double (*value)(const LambdaRest&)) {
    std::vector<double> x, y;
    for (const LambdaRest& rest : rests.rests) {
        if (rest.lambda <= 0) continue;
        x.push_back(std::log10(rest.lambda));
        // What rises without bound leaves the picture; far outside, pixels are not numbers.
        y.push_back(std::clamp(value(rest), -top, 100 * top));
    }
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.LineWeight = weight;
    ImPlot::PlotLine(name, x.data(), y.data(), static_cast<int>(x.size()), spec);
}

void plot_point(const char* name, double x, double y, ImPlotMarker marker, float size,
                ImU32 color) {
    ImPlotSpec spec;
    spec.Marker = marker;
    spec.MarkerSize = size;
    spec.MarkerLineColor = to_vec4(color);
    spec.MarkerFillColor = ImVec4(0, 0, 0, 0);
    spec.LineWeight = size / 3;
    ImPlot::PlotScatter(name, &x, &y, 1, spec);
}

void vertical_line(const char* id, double x, ImU32 color) {
    ImPlotSpec spec;
    spec.LineColor = to_vec4(color);
    spec.Flags = ImPlotItemFlags_NoFit;
    ImPlot::PlotInfLines(id, &x, 1, spec);
}

void hover(const LambdaRests& rests, const LambdaAxis& axis, const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return;
    const double x = ImPlot::GetPlotMousePos().x;
    const LambdaRest& rest = *std::ranges::min_element(
        rests.rests, {}, [&](const LambdaRest& r) { return std::abs(axis.at(r.lambda) - x); });
    std::vector<CardLine> lines{
        {"rests at a distance from the target of", format_number(rest.away, 3)},
        {"and from the boundary of",
         rest.geometric ? format_number(*rest.geometric, 3) : "none found"},
        {kPull, format_number(rest.pull, 3) + " nats", theme.good},
        {kNoise, format_number(rest.noise, 3) + " nats", theme.accent},
        {"sum", format_number(rest.sum(), 3) + " nats"},
        {"of its cloud on another side", format_number(100 * rest.share_crossed, 2) + " %"}};
    if (rest.through)
        lines.push_back({"it went through the cliff", rest.crossings > 0 ? "and rests beyond" : "",
                         theme.accent});
    else if (rest.crossings > 0)
        lines.push_back({"it rests beyond", "", theme.accent});
    value_card(theme, "lambda_m " + format_number(rest.lambda, 3), lines);
}

void draw_curves(const PlaygroundFrame& frame, const Theme& theme) {
    const LambdaRests& rests = *frame.rests;
    const float height = std::max(theme.px(110), ImGui::GetContentRegionAvail().y);
    const float seen = frame.rests_lag ? 0.35F : 1.0F;
    const double top = rests_top(rests);
    const float width = std::max(1.0F, ImGui::GetContentRegionAvail().x - theme.px(64));
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    if (ImPlot::BeginPlot("##rests", {-1, height},
                          ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText |
                              ImPlotFlags_NoMenus)) {
        const LambdaAxis axis(rest_lambdas());
        set_up_lambda_axis(axis, {0, 0.001, 0.01, 0.1, 1, 10}, width, true);
        ImPlot::SetupAxis(ImAxis_Y1, "nats", ImPlotAxisFlags_NoHighlight);
        ImPlot::SetupAxisLimits(ImAxis_Y1, 0, top, ImPlotCond_Always);
        set_up_few_ticks(ImAxis_Y1, {0, top}, height - theme.px(48), theme);
        vertical_line("##slot", axis.zero_at + 0.22, theme.line_strong);
        vertical_line("##now", axis.at(frame.document.pull.lambda), with_alpha(theme.select, 0.7F));
        plot_over_lambda(kPull, rests, top, with_alpha(theme.good, seen), theme.px(1),
                         [](const LambdaRest& rest) { return rest.pull; });
        plot_over_lambda(kNoise, rests, top, with_alpha(theme.accent, seen), theme.px(1),
                         [](const LambdaRest& rest) { return rest.noise; });
        plot_over_lambda("sum", rests, top, with_alpha(theme.text, seen), theme.px(2),
                         [](const LambdaRest& rest) { return rest.sum(); });
        const LambdaRest& zero = rests.rests.front();
        plot_point("at 0", axis.zero_at, std::min(zero.sum(), top),
                   zero.through ? ImPlotMarker_Cross : ImPlotMarker_Circle, theme.px(4),
                   with_alpha(zero.through ? theme.accent : theme.text, seen));
        if (rests.best && *rests.best > 0)
            plot_point("best", axis.at(rests.rests[*rests.best].lambda),
                       rests.rests[*rests.best].sum(), ImPlotMarker_Circle, theme.px(6),
                       with_alpha(theme.ring, seen));
        hover(rests, axis, theme);
        ImPlot::EndPlot();
    }
    ImGui::PopFont();
}

}  // namespace

void draw_playground_rests(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    if (frame.rests == nullptr || frame.rests->rests.empty()) {
        empty_state(theme, "Not yet computed",
                    "Where each lambda_m lets the token in question come to rest: it follows a "
                    "moment after the last change.");
        return;
    }
    const std::string words = frame.rests_lag ? "Computing what has changed …"
                                              : rests_words(*frame.rests, frame.document.noise);
    const auto tell = [&] {
        paragraph(theme, frame.rests_lag ? theme.dim : theme.text, words.c_str());
        draw_legend(theme);
    };
    if (ImGui::GetContentRegionAvail().x < theme.px(540)) {
        tell();
        return draw_curves(frame, theme);
    }
    // Side by side, so that the curve has the whole height.
    ImGui::BeginChild("##words", {theme.px(200), 0});
    tell();
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(14));
    ImGui::BeginChild("##curve");
    draw_curves(frame, theme);
    ImGui::EndChild();
}

}  // namespace marginscope
