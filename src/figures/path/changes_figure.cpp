// What lambda_m changes in each head and sigma of a path, as coloured cells.
#include <cmath>

#include "core/messages/recipe_words.h"
#include "core/words.h"
#include "figures/path/change_words.h"
#include "figures/path/path_changes.h"
#include "figures/path/path_figures.h"

namespace marginscope {
namespace {

/// Half way to white: the interval holds 0.
Rgb dimmed(Rgb color) {
    const auto half = [](std::uint8_t v) { return static_cast<std::uint8_t>(255 - (255 - v) / 3); };
    return {half(color.r), half(color.g), half(color.b)};
}

Plot empty_plot(const PathChanges& changes) {
    Plot plot;
    plot.x.label = "lambda_m";
    plot.x.names = plot.y.names = plot.y.downwards = true;
    plot.x.min = plot.y.min = 0;
    plot.x.max = static_cast<double>(changes.lambdas.size());
    plot.y.max = static_cast<double>(changes.recipes.size());
    for (std::size_t k = 0; k < changes.lambdas.size(); ++k) {
        plot.x.ticks.push_back(static_cast<double>(k) + 0.5);
        plot.x.tick_labels.push_back(format_number(changes.lambdas[k]));
    }
    for (std::size_t k = 0; k < changes.recipes.size(); ++k) {
        plot.y.ticks.push_back(static_cast<double>(k) + 0.5);
        plot.y.tick_labels.push_back(recipe_words(changes.recipes[k]));
    }
    return plot;
}

FigureTable table_of_changes(const PathChanges& changes) {
    std::vector<std::vector<CsvCell>> rows;
    for (std::size_t row = 0; row < changes.recipes.size(); ++row)
        for (std::size_t column = 0; column < changes.lambdas.size(); ++column) {
            const PairedDifference* one = changes.at(row, column);
            if (one == nullptr) continue;
            rows.push_back({recipe_words(one->recipe), one->lambda, one->quantity,
                            static_cast<std::int64_t>(one->seeds), one->mean, one->low, one->high});
        }
    FigureTable table =
        table_of({"head and sigma", "lambda_m", "loss", "seeds", "relative change", "low", "high"},
                 std::move(rows));
    table.value_column = 4;
    return table;
}

}  // namespace

void make_path_changes_figure(const FigureSource& source, Figure& figure) {
    FigureSource whole = source;
    if (source.whole_path != nullptr) whole.frames.path = source.whole_path;
    if (!has_path(whole, true, figure)) return;
    const PathChanges changes = changes_of(*whole.frames.path, source.view.path.changed);
    if (changes.lambdas.empty()) {
        figure.sentence = "The path has no lambda_m above 0.";
        return;
    }
    Plot plot = empty_plot(changes);
    PlotField field;
    field.cols = static_cast<int>(changes.lambdas.size());
    field.rows = static_cast<int>(changes.recipes.size());
    field.x1 = field.cols, field.y1 = field.rows;
    for (std::size_t row = 0; row < changes.recipes.size(); ++row)
        for (std::size_t column = 0; column < changes.lambdas.size(); ++column) {
            const PairedDifference* one = changes.at(row, column);
            Rgb color = outside_color(false);
            std::string words = kNoNumber;
            if (one != nullptr) {
                color = color_of(ColorMap::diverging, changes.scale, one->mean);
                if (!one->told()) color = dimmed(color);
                words = mean_words(*one);
            }
            field.cells.push_back(color);
            plot.labels.push_back({static_cast<double>(column) + 0.5,
                                   static_cast<double>(row) + 0.5, words, "#222222", true});
        }
    plot.fields.push_back(std::move(field));
    const double limit = 100 * changes.scale.limit();
    plot.bars.push_back({"change, %", ColorMap::diverging, {-limit, limit, false, true}});
    figure.parts.emplace_back(std::move(plot));
    figure.caption += " " + full_name(source.view.path.changed) +
                      ": mean change in per cent against lambda_m 0 of the same head, sigma and "
                      "seed; lower is better, pale where the 95 % interval holds 0.";
    figure.table = table_of_changes(changes);
}

}  // namespace marginscope
