// A row for each head, layer 0 at the top.
#include "ui/train/head_history.h"

#include <algorithm>
#include <cmath>

#include "ui/train/step_map.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

void refresh(const TrainSeries& series, HeadHistoryView& view) {
    if (!looks_changed(series, view) && view.drawn == view.figure) return;
    view.drawn = view.figure;
    view.picture = head_columns(series.margins, static_cast<HeadFigure>(view.figure));
    ++view.version;
}

/// "0.3": layer and head of a row.
std::string row_name(int row, int heads) {
    return std::to_string(row / heads) + "." + std::to_string(row % heads);
}

void hover(const TrainSeries& series, const StepMap& map, const HeadHistoryView& view, int heads,
           const Theme& theme) {
    if (!ImGui::IsItemHovered()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const MarginSample& sample = series.margins[margins_at(series.margins, map.step_of(mouse.x))];
    const int row = std::clamp(static_cast<int>(map.value_of(mouse.y)), 0, view.picture.rows - 1);
    const auto of = [&](HeadFigure figure) {
        const std::vector<float>& values = head_values(sample, figure);
        const auto at = static_cast<std::size_t>(row);
        return at < values.size() ? format_number(values[at]) : std::string("not told");
    };
    value_card(theme,
               "layer " + std::to_string(row / heads) + ", head " + std::to_string(row % heads) +
                   ", step " + std::to_string(sample.step),
               {{"entropy of its attention", of(HeadFigure::entropy) + " nats"},
                {"largest score", of(HeadFigure::largest_score)}});
}

}  // namespace

void draw_head_history(const TrainSeries& series, std::int64_t moment, HeadHistoryView& view,
                       PanelContext& context) {
    const Theme& theme = context.theme;
    if (series.margins.empty() || series.margins.back().head_entropies.empty()) {
        empty_state(theme, "No heads yet",
                    "While a model trains, the entropy of every head's attention adds a column "
                    "here every few steps.");
        return;
    }
    segmented(theme, "figure",
              {{"entropy",
                "Entropy of a head's attention, in nats, mean over positions: 0 when it attends to "
                "one token alone. A fall towards 0 in training often comes before a loss that runs "
                "away"},
               {"largest score",
                "The largest q·k / √p of a head: scores that grow without end make attention "
                "attend to one token alone"}},
              view.figure);
    refresh(series, view);
    const int heads = std::max(1, series.margins.back().heads);
    StepMap map = place_step_map(view.picture, theme.px(30), theme);
    map.top = 0;
    map.bottom = view.picture.rows;
    const ColorScale scale = scale_of_heads(view.picture);
    draw_step_map("head history", map, view.picture, view.version, scale, context);
    draw_moment(map, moment, theme);
    hover(series, map, view, heads, theme);
    float last_y = map.at.y - theme.px(40);
    for (int row = 0; row < view.picture.rows; ++row)
        draw_row_label(map, map.y_of(row + 0.5), row_name(row, heads), last_y, theme);
    draw_step_axis(series.margins, map, theme);
    draw_map_colors(map, scale, head_figure_words(static_cast<HeadFigure>(view.figure)), theme);
}

}  // namespace marginscope
