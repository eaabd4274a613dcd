// Points, ranks and their words.
#include "ui/robustness/fragility_panels.h"

#include <implot.h>

#include <algorithm>
#include <cmath>

#include "figures/robustness/fragility_points.h"
#include "ui/axis_limits.h"
#include "ui/flow.h"
#include "ui/path/plot_parts.h"
#include "ui/plot_ticks.h"
#include "ui/robustness/fragile_place.h"
#include "ui/robustness/not_measured.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr double kNeverAt = 1.25;  // of the largest sigma: where what never flips is drawn

void predictor_choice(const FragilityFrame& frame, std::size_t now, RobustnessLook& look,
                      const Theme& theme) {
    if (!begin_list("##predictor", frame.predictors[now].name, theme.px(220), theme)) return;
    for (std::size_t k = 0; k < frame.predictors.size(); ++k)
        if (ImGui::Selectable(frame.predictors[k].name.c_str(), k == now))
            look.predictor = frame.predictors[k].name;
    ImGui::EndCombo();
}

double drawn_sigma(const FragilePoint& point) {
    return point.never ? kNeverAt * point.sigma : point.sigma;
}

void set_up_axes(const FragilePoints& points, const FragilityFrame& frame, std::size_t predictor,
                 float height, const Theme& theme) {
    std::vector<double> x, y;
    for (const FragilePoint& point : points.points) {
        x.push_back(point.value);
        y.push_back(drawn_sigma(point));
    }
    const AxisLimits wide = padded_limits(x, points.log_value), high = padded_limits(y, true);
    std::string name = predictor_axis(frame.predictors[predictor]);
    if (ImGui::CalcTextSize(name.c_str()).x > ImGui::GetContentRegionAvail().x - theme.px(80))
        name = frame.predictors[predictor].name;
    ImPlot::SetupAxis(ImAxis_X1, name.c_str(), ImPlotAxisFlags_NoHighlight);
    if (points.log_value) ImPlot::SetupAxisScale(ImAxis_X1, ImPlotScale_Log10);
    ImPlot::SetupAxisLimits(ImAxis_X1, wide.low, wide.high, ImPlotCond_Always);
    ImPlot::SetupAxis(ImAxis_Y1, "smallest sigma, × RMS", ImPlotAxisFlags_NoHighlight);
    ImPlot::SetupAxisScale(ImAxis_Y1, ImPlotScale_Log10);
    ImPlot::SetupAxisLimits(ImAxis_Y1, high.low, high.high, ImPlotCond_Always);
    set_up_few_ticks(ImAxis_Y1, high, height - theme.px(48), theme, true);
}

/// Which pixels of the plot have a dot already: what lies on another one is not drawn again, so
/// that any number of points costs as much as there is room for.
class DotGrid {
public:
    DotGrid(ImVec2 at, ImVec2 size, float cell)
        : at_(at),
          cell_(cell),
          columns_(1 + static_cast<std::size_t>(std::max(0.0F, size.x / cell))),
          taken_(columns_ * (1 + static_cast<std::size_t>(std::max(0.0F, size.y / cell)))) {}

    bool take(ImVec2 point) {
        const float x = (point.x - at_.x) / cell_, y = (point.y - at_.y) / cell_;
        if (!(x >= 0) || !(y >= 0) || x >= static_cast<float>(columns_)) return false;
        const std::size_t k = static_cast<std::size_t>(y) * columns_ + static_cast<std::size_t>(x);
        if (k >= taken_.size() || taken_[k]) return false;
        return taken_[k] = true;
    }

private:
    ImVec2 at_;
    float cell_;
    std::size_t columns_;
    std::vector<bool> taken_;
};

/// Discs; triangles at the top for what never flips.
void draw_dots(const FragilePoints& points, const Theme& theme) {
    constexpr int kCorners = 6;
    ImDrawList* draw = ImPlot::GetPlotDrawList();
    DotGrid grid(ImPlot::GetPlotPos(), ImPlot::GetPlotSize(), theme.px(2));
    const ImU32 flips = with_alpha(theme.select, 0.7F);
    const float r = theme.px(2.25F);
    ImPlot::PushPlotClipRect();
    for (const FragilePoint& point : points.points) {
        const ImVec2 at = ImPlot::PlotToPixels(point.value, drawn_sigma(point));
        if (!grid.take(at)) continue;
        if (point.never)
            draw->AddTriangleFilled({at.x, at.y - 1.4F * r}, {at.x - 1.3F * r, at.y + r},
                                    {at.x + 1.3F * r, at.y + r}, theme.dim);
        else
            draw->AddCircleFilled(at, r, flips, kCorners);
    }
    ImPlot::PopPlotClipRect();
}

/// The nearest point within reach of the mouse.
const FragilePoint* hovered_point(const FragilePoints& points, const Theme& theme) {
    if (!ImPlot::IsPlotHovered()) return nullptr;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const FragilePoint* nearest = nullptr;
    float distance = theme.px(10);
    for (const FragilePoint& point : points.points) {
        const ImVec2 at = ImPlot::PlotToPixels(point.value, drawn_sigma(point));
        const float d = std::hypot(at.x - mouse.x, at.y - mouse.y);
        if (d < distance) {
            distance = d;
            nearest = &point;
        }
    }
    return nearest;
}

/// The one that was chosen here, and the character that Decode has selected or the hand is on.
void mark_selected(const FragilePoints& points, const FragilityFrame& frame, const Frames& frames,
                   const RobustnessView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const auto selected = place_in_text(frame, context.selection.index, frames.decode.get());
    const auto lit = place_in_text(frame, context.selection.lit_index, frames.decode.get());
    ImPlot::PushPlotClipRect();
    for (const FragilePoint& point : points.points) {
        const auto ring = [&](float radius, ImU32 color) {
            ImPlot::GetPlotDrawList()->AddCircle(
                ImPlot::PlotToPixels(point.value, drawn_sigma(point)), theme.px(radius), color, 0,
                theme.px(1.75F));
        };
        if (view.place && point.place == *view.place) ring(7, theme.text);
        if (lit && point.place == *lit) ring(9, theme.dim);
        if (selected && point.place == *selected) ring(9, theme.select);
    }
    ImPlot::PopPlotClipRect();
}

void draw_scatter(const FragilityFrame& frame, std::size_t predictor, const FragilePoints& points,
                  const Frames& frames, RobustnessView& view, PanelContext& context, float height) {
    const Theme& theme = context.theme;
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    const bool open = ImPlot::BeginPlot(
        "##fragility", ImVec2(-1, height),
        ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoMenus);
    if (open) {
        set_up_axes(points, frame, predictor, height, theme);
        draw_dots(points, theme);
        mark_selected(points, frame, frames, view, context);
        if (const FragilePoint* point = hovered_point(points, theme)) {
            const int index = index_in_text(frame, point->place, frames.decode.get());
            if (index >= 0) context.selection.hover_index = index;
            std::vector<CardLine> lines = place_lines(frame, point->place);
            lines.insert(lines.begin(),
                         {frame.predictors[predictor].name, format_number(point->value)});
            value_card(theme, "Character " + std::to_string(frame.places[point->place].i), lines);
            if (ImGui::IsMouseClicked(0)) {
                view.place = point->place;
                if (index >= 0) context.selection.index = index;
            }
        }
        ImPlot::EndPlot();
    }
    ImGui::PopFont();
}

std::string left_out_words(const FragilePoints& points, const FragilityFrame& frame) {
    std::string words;
    if (frame.censored > 0)
        words += std::to_string(frame.censored) + " at the top (triangles) never flip up to " +
                 format_number(frame.settings.max_sigma, 3) + " × RMS.";
    if (points.unbounded > 0)
        words += std::string(words.empty() ? "" : " ") + std::to_string(points.unbounded) +
                 " have no boundary in reach: ranked last, not drawn.";
    if (points.undefined > 0)
        words += std::string(words.empty() ? "" : " ") + std::to_string(points.undefined) +
                 " have no such margin.";
    return words;
}

}  // namespace

const FragilityFrame* shown_fragility(const Frames& frames, RobustnessView& view) {
    const RobustnessFrame* frame = frames.robustness.get();
    if (frame == nullptr || frame->fragility == nullptr || frame->fragility->places.empty())
        return nullptr;
    if (view.place_of != frame->fragility) {
        view.place_of = frame->fragility;
        view.place.reset();
    }
    return frame->fragility.get();
}

void draw_no_fragility(const Frames& frames, RobustnessView& view, PanelContext& context) {
    draw_not_measured(
        {"Not measured yet",
         "For each character the smallest noise that makes another prediction the likeliest, "
         "against the margins that are known without any noise.",
         "Find the noise that flips",
         {.fragility = true}},
        frames, view, context);
}

void draw_fragility(const Frames& frames, RobustnessView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const FragilityFrame* frame = shown_fragility(frames, view);
    const auto predictor =
        frame != nullptr ? predictor_named(*frame, view.look.predictor) : std::nullopt;
    if (!predictor) return draw_no_fragility(frames, view, context);
    predictor_choice(*frame, *predictor, view.look, theme);
    const std::string rho = rho_words(frame->predictors[*predictor].rho);
    flow(width_of(theme.fonts.text, theme.px(type::kSmall), rho), theme.px(12));
    small_paragraph(theme, theme.text, rho.c_str());
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%s",
                          "Spearman's rank correlation with the smallest sigma that flips; what "
                          "never flips shares the top rank. The interval is a bootstrap over "
                          "windows.");
    const FragilePoints points = fragile_points(*frame, *predictor);
    const std::string left_out = left_out_words(points, *frame);
    if (!left_out.empty()) small_paragraph(theme, theme.dim, left_out.c_str());
    const float below = view.place ? theme.px(64) : 0;
    draw_scatter(*frame, *predictor, points, frames, view, context,
                 std::max(theme.px(130), ImGui::GetContentRegionAvail().y - below));
    if (view.place) draw_selected_place(*frame, *view.place, context);
}

}  // namespace marginscope
