// Margins and heads over the steps, as maps of columns.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/train/margin_columns.h"
#include "figures/train/run_caption.h"
#include "figures/train/train_figures.h"

namespace marginscope {
namespace {

double number(float value) { return static_cast<double>(value); }

}  // namespace

void make_margin_history_figure(const FigureSource& source, Figure& figure) {
    const auto history = source.history;
    if (history == nullptr || history->run.margins.empty()) {
        figure.sentence = "There are no margins yet: start a run, and its margins are drawn here.";
        return;
    }
    const MarginColumns columns = margin_columns(history->run.margins);
    ColorScale scale{std::max(1e-6, number(columns.largest) / 1000), number(columns.largest), true,
                     false};
    PlotField field;
    field.rows = columns.rows;
    field.cols = columns.columns;
    field.x0 = columns.first, field.x1 = columns.end;
    field.y0 = number(columns.high()), field.y1 = number(columns.low);  // the top row first
    for (const float share : columns.cells)
        field.cells.push_back(share == kOutsideValue
                                  ? outside_color(false)
                                  : color_of(ColorMap::viridis, scale, number(share)));
    Plot plot;
    plot.x = {"step", false, columns.first, columns.end, {}};
    plot.y = {"log|det J|, nats", false, number(columns.low), number(columns.high()), {}};
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({"share of positions", ColorMap::viridis, scale});
    const float threshold = source.view.low_logdet;
    const MarginSample& last = history->run.margins.back();
    plot.marks.push_back({false, number(threshold),
                          format_percent(number(share_below(last, threshold))) + " below at step " +
                              std::to_string(last.step),
                          hex_color(accent_color(false))});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = "Histogram of log|det J| over " + std::to_string(last.logdets.size()) +
                     " validation positions, looked at " +
                     std::to_string(history->run.margins.size()) +
                     " times; the outer bins hold what lies beyond. " + run_caption(source, figure);
    figure.table.columns = {"step", "share beyond"};
    for (int bin = 0; bin < columns.rows; ++bin)
        figure.table.columns.push_back(
            "share in log|det J| from " +
            tick_label(number(columns.low + static_cast<float>(bin) * columns.bin_width)));
    figure.table.rows = history->run.margins.size();
    figure.table.key_column = 0;
    figure.table.cell = [history, columns](std::size_t row, std::size_t column) -> CsvCell {
        const MarginSample& sample = history->run.margins[row];
        if (column == 0) return sample.step;
        if (column == 1)
            return std::isnan(sample.share_beyond) ? CsvCell{} : CsvCell{sample.share_beyond};
        if (sample.logdets.empty()) return {};
        return shares_of(sample, columns)[column - 2];
    };
}

void make_head_history_figure(const FigureSource& source, Figure& figure) {
    const auto history = source.history;
    if (history == nullptr || history->run.margins.empty()) {
        figure.sentence = "There are no heads yet: start a run, and its heads are drawn here.";
        return;
    }
    const auto which = static_cast<HeadFigure>(source.view.head_figure);
    const StepColumns columns = head_columns(history->run.margins, which);
    const ColorScale scale = scale_of_heads(columns);
    PlotField field;
    field.rows = columns.rows;
    field.cols = columns.columns;
    field.x0 = columns.first, field.x1 = columns.end;
    field.y0 = 0, field.y1 = columns.rows;
    for (const float value : columns.cells)
        field.cells.push_back(color_of(ColorMap::viridis, scale, number(value)));
    const int heads = std::max(1, history->run.margins.back().heads);
    Plot plot;
    plot.x = {"step", false, columns.first, columns.end, {}};
    plot.y = {"layer, head", false, 0, columns.rows, {}};
    plot.y.downwards = plot.y.names = true;
    for (int row = 0; row < columns.rows; ++row) {
        plot.y.ticks.push_back(row + 0.5);
        plot.y.tick_labels.push_back(std::to_string(row / heads) + ", " +
                                     std::to_string(row % heads));
    }
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({head_figure_words(which), ColorMap::viridis, scale});
    figure.parts.emplace_back(std::move(plot));
    figure.caption = std::string("Of each head over the steps: ") + head_figure_words(which) +
                     ", over validation windows. " + run_caption(source, figure);
    figure.table.columns = {"step"};
    for (int row = 0; row < columns.rows; ++row)
        figure.table.columns.push_back("layer " + std::to_string(row / heads) + " head " +
                                       std::to_string(row % heads));
    figure.table.rows = history->run.margins.size();
    figure.table.key_column = 0;
    figure.table.cell = [history, which](std::size_t row, std::size_t column) -> CsvCell {
        const MarginSample& sample = history->run.margins[row];
        if (column == 0) return sample.step;
        const std::vector<float>& values = head_values(sample, which);
        return column - 1 < values.size() ? CsvCell{values[column - 1]} : CsvCell{};
    };
}

}  // namespace marginscope
