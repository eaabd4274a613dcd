// The histogram of margins over the steps: a column for each look, log|det J| upwards.
#include "ui/train/margin_history.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ui/flow.h"
#include "ui/train/step_map.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

/// The smallest share that has a colour of its own.
constexpr double kFaintest = 0.002;

void refresh(const TrainSeries& series, HistogramView& view) {
    if (!looks_changed(series, view)) return;
    view.picture = margin_columns(series.margins);
    ++view.version;
}

void draw_axes(const TrainSeries& series, const StepMap& map, const Theme& theme) {
    float last_y = map.at.y + map.size.y + theme.px(22);
    const double length = map.top - map.bottom;
    double every = std::pow(10.0, std::floor(std::log10(length)));
    for (const double factor : {0.5, 0.4, 0.5})  // to about five ticks
        if (length / every < 4) every *= factor;
    for (double tick = std::ceil(map.bottom / every) * every + 0.0; tick <= map.top;
         tick = std::round(tick / every + 1) * every + 0.0)  // no "-0"
        draw_row_label(map, map.y_of(tick), format_number(static_cast<float>(tick), 3), last_y,
                       theme);
    draw_step_axis(series.margins, map, theme);
}

void draw_threshold(const StepMap& map, HistogramView& view, const Theme& theme) {
    const float y = map.y_of(static_cast<double>(view.threshold));
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool near = ImGui::IsItemHovered() && std::abs(mouse.y - y) < theme.px(6);
    if (ImGui::IsItemActive())
        view.threshold = static_cast<float>(std::clamp(map.value_of(mouse.y), map.bottom, map.top));
    if (y < map.at.y || y > map.at.y + map.size.y) return;  // outside of all that occurs
    if (near || ImGui::IsItemActive()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    // A dark line beneath, for where the map itself is bright.
    const float right = map.at.x + map.size.x;
    draw->AddLine(ImVec2(map.at.x, y), ImVec2(right, y), IM_COL32(0, 0, 0, 120), theme.px(3));
    for (float x = map.at.x; x < right; x += theme.px(8))
        draw->AddLine(ImVec2(x, y), ImVec2(std::min(x + theme.px(5), right), y),
                      with_alpha(theme.accent, near ? 1.0F : 0.9F), theme.px(1.5F));
}

void hover(const TrainSeries& series, const StepMap& map, const HistogramView& view,
           const Theme& theme) {
    if (!ImGui::IsItemHovered() || ImGui::IsItemActive()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const MarginSample& sample = series.margins[margins_at(series.margins, map.step_of(mouse.x))];
    const MarginColumns& picture = view.picture;
    const int bin = picture.bin_of(static_cast<float>(map.value_of(mouse.y)));
    const float low = picture.low + static_cast<float>(bin) * picture.bin_width;
    std::vector<CardLine> lines;
    if (sample.logdets.empty()) {
        lines.push_back({"no position has a margin", ""});
    } else {
        const auto at = [&](double share) {
            const auto count = static_cast<double>(sample.logdets.size() - 1);
            return format_number(sample.logdets[static_cast<std::size_t>(share * count)]);
        };
        lines.push_back(
            {"log|det| " + format_number(low, 3) + " … " +
                 format_number(low + picture.bin_width, 3),
             format_percent(shares_of(sample, picture)[static_cast<std::size_t>(bin)])});
        lines.push_back(
            {"below the threshold", format_percent(share_below(sample, view.threshold))});
        lines.push_back({"least, median, greatest", at(0) + ", " + at(0.5) + ", " + at(1)});
        lines.push_back({"share beyond", format_percent(sample.share_beyond)});
        lines.push_back({"positions", std::to_string(sample.logdets.size())});
    }
    value_card(theme, "step " + std::to_string(sample.step), lines);
}

void draw_head(const MarginSample& last, const HistogramView& view, const Theme& theme) {
    ImGui::PushFont(theme.fonts.text, type::kSmall);
    quantity_label(theme, Quantity::logdet, {}, "log|det J|");
    if (!last.logdets.empty()) {
        const std::string words = format_percent(share_below(last, view.threshold)) + " below " +
                                  format_number(view.threshold, 3);
        flow(ImGui::CalcTextSize(words.c_str()).x, theme.px(16));
        text_colored(theme.accent, words.c_str());
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip(
                "Share of %zu validation positions under the dashed threshold at step %ld; drag "
                "the line.",
                last.logdets.size(), static_cast<long>(last.step));
    }
    ImGui::PopFont();
}

}  // namespace

void draw_margin_history(const TrainSeries& series, std::int64_t moment, HistogramView& view,
                         PanelContext& context) {
    const Theme& theme = context.theme;
    if (series.margins.empty()) {
        empty_state(theme, "No margins yet",
                    "While a model trains, the histogram of log|det J| adds a column here every "
                    "few steps.");
        return;
    }
    refresh(series, view);
    draw_head(series.margins.back(), view, theme);
    StepMap map = place_step_map(view.picture, theme.px(30), theme);
    map.top = static_cast<double>(view.picture.high());
    map.bottom = static_cast<double>(view.picture.low);
    // Logarithmic, so that the one full bin of an untrained model does not drown the rest.
    const ColorScale scale{kFaintest,
                           std::max(10 * kFaintest, static_cast<double>(view.picture.largest)),
                           true, false};
    draw_step_map("margin history", map, view.picture, view.version, scale, context);
    draw_moment(map, moment, theme);
    draw_threshold(map, view, theme);
    hover(series, map, view, theme);
    draw_axes(series, map, theme);
    draw_map_colors(map, scale, "share of positions, log", theme);
}

}  // namespace marginscope
