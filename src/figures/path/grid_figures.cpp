// The grid of a path, its proposal and the paired differences behind it.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/messages/cell_status.h"
#include "core/words.h"
#include "figures/path/change_words.h"
#include "figures/path/grid_scale.h"
#include "figures/path/path_figures.h"

namespace marginscope {
namespace {

CsvCell optional(const std::optional<double>& value) { return value ? CsvCell{*value} : CsvCell{}; }

// A row for each cell, all its numbers.
FigureTable cells_table(const PathFrame& path, bool relative) {
    const std::vector<CellQuantity> quantities = grid_quantities(path, relative);
    std::vector<std::string> columns = {"lambda_m", "seed", "training noise", "status"};
    for (const CellQuantity& q : quantities)
        columns.push_back(q.name + (q.unit.empty() ? "" : " [" + q.unit + "]"));
    columns.push_back("run");
    std::vector<std::vector<CsvCell>> rows;
    for (const PathCell& cell : path.cells) {
        std::vector<CsvCell> row = {cell.lambda, cell.seed, cell.train_noise,
                                    std::string(status_name(cell.status))};
        for (const CellQuantity& q : quantities)
            row.push_back(optional(value_of(q, cell, relative)));
        row.emplace_back(cell.run);
        rows.push_back(std::move(row));
    }
    FigureTable table = table_of(std::move(columns), std::move(rows));
    table.key_column = static_cast<int>(table.columns.size()) - 1;
    table.value_column = 4;
    return table;
}

template <typename T>
double place_of(const std::vector<T>& values, T value) {
    return static_cast<double>(std::find(values.begin(), values.end(), value) - values.begin());
}

struct GridAxes {
    std::vector<double> lambdas, noises;
    std::vector<std::int64_t> seeds;
    double row(const PathCell& cell) const {
        return place_of(noises, cell.train_noise) * static_cast<double>(seeds.size()) +
               place_of(seeds, cell.seed);
    }
};

GridAxes axes_of(const PathFrame& path) {
    std::set<std::int64_t> seeds;
    for (const PathCell& cell : path.cells) seeds.insert(cell.seed);
    return {lambdas_of(path), train_noises_of(path), {seeds.begin(), seeds.end()}};
}

Plot empty_grid(const GridAxes& axes) {
    Plot plot;
    plot.x.label = "lambda_m";
    plot.y.label = "seed";
    plot.x.names = plot.y.names = plot.y.downwards = true;
    for (std::size_t k = 0; k < axes.lambdas.size(); ++k) {
        plot.x.ticks.push_back(static_cast<double>(k) + 0.5);
        plot.x.tick_labels.push_back(format_number(axes.lambdas[k]));
    }
    for (std::size_t n = 0; n < axes.noises.size(); ++n)
        for (std::size_t s = 0; s < axes.seeds.size(); ++s) {
            plot.y.ticks.push_back(static_cast<double>(n * axes.seeds.size() + s) + 0.5);
            plot.y.tick_labels.push_back(
                std::to_string(axes.seeds[s]) +
                (axes.noises.size() > 1 ? ", noise " + format_number(axes.noises[n]) : ""));
        }
    plot.x.min = plot.y.min = 0;
    plot.x.max = static_cast<double>(axes.lambdas.size());
    plot.y.max = static_cast<double>(axes.seeds.size() * axes.noises.size());
    return plot;
}

const char* letters_on(Rgb color) {
    return 0.299 * color.r + 0.587 * color.g + 0.114 * color.b > 140 ? "#14161c" : "#f5f6fa";
}

}  // namespace

bool has_path(const FigureSource& source, bool needs_done, Figure& figure) {
    const PathFrame* path = source.frames.path.get();
    const bool any = path != nullptr && !path->cells.empty();
    const bool done =
        any && std::any_of(path->cells.begin(), path->cells.end(),
                           [](const PathCell& c) { return c.status == CellStatus::done; });
    if (!any || (needs_done && !done)) {
        figure.sentence = any ? "No model of the path is done yet." : "No path is open yet.";
        return false;
    }
    const auto seeds = axes_of(*path).seeds.size();
    figure.metadata.emplace_back("path", path->folder);
    figure.caption = "Path " + path->folder + ": " + std::to_string(path->cells.size()) +
                     " models, " + std::to_string(lambdas_of(*path).size()) +
                     " values of lambda_m, " + std::to_string(seeds) +
                     (seeds == 1 ? " seed." : " seeds.");
    return true;
}

void make_grid_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, false, figure)) return;
    const PathFrame& path = *source.frames.path;
    const bool relative = source.view.relative;
    const std::vector<CellQuantity> quantities = grid_quantities(path, relative);
    const CellQuantity& quantity = quantities[static_cast<std::size_t>(
        std::clamp(source.view.quantity, 0, static_cast<int>(quantities.size()) - 1))];
    const GridScale scale = grid_scale(path, quantity, relative);
    const ColorScale colors{scale.low, scale.high, false, false};
    const GridAxes axes = axes_of(path);
    Plot plot = empty_grid(axes);
    PlotField field;
    field.cols = static_cast<int>(axes.lambdas.size());
    field.rows = static_cast<int>(axes.seeds.size() * axes.noises.size());
    field.x1 = field.cols, field.y1 = field.rows;
    field.cells.assign(static_cast<std::size_t>(field.cols) * static_cast<std::size_t>(field.rows),
                       outside_color(false));
    for (const PathCell& cell : path.cells) {
        const double column = place_of(axes.lambdas, cell.lambda), row = axes.row(cell);
        const auto value = value_of(quantity, cell, relative);
        Rgb color = outside_color(false);
        std::string words(status_name(cell.status));
        if (value) {
            color = color_of(ColorMap::viridis, colors, *value);
            words = grid_number(*value, scale);
        } else if (cell.status == CellStatus::done) {
            color = kNanColor;
            words = "not finite";
        }
        field.cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(field.cols) +
                    static_cast<std::size_t>(column)] = color;
        plot.labels.push_back({column + 0.5, row + 0.5, words, letters_on(color), true});
    }
    plot.fields.push_back(std::move(field));
    plot.bars.push_back({quantity.name + (quantity.unit.empty() ? "" : ", " + quantity.unit),
                         ColorMap::viridis, colors});
    figure.parts.emplace_back(std::move(plot));
    figure.caption += " Colour: " + quantity.name + " (" + quantity.direction + ").";
    figure.metadata.emplace_back("quantity", quantity.name);
    figure.table = cells_table(path, relative);
}

void make_proposal_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, false, figure)) return;
    const PathFrame& path = *source.frames.path;
    if (path.proposal) {
        const PathProposal& p = *path.proposal;
        if (p.settled)
            figure.parts.emplace_back(Paragraph{"lambda_m = " + format_number(p.lambda), true});
        figure.parts.emplace_back(Paragraph{p.reason, !p.settled});
        figure.parts.emplace_back(Paragraph{"Rule: " + p.rule + "."});
    } else {
        figure.parts.emplace_back(Paragraph{
            "A proposal needs models of the same seed that are done at lambda_m 0 and at one other "
            "value at least."});
    }
    TextTable shown{
        {"lambda_m", "trained with noise", "loss", "change, %", "95 % interval", "seeds"},
        {true, true, false, true, true, true},
        {}};
    std::vector<std::vector<CsvCell>> rows;
    for (const PairedDifference& d : path.paired) {
        shown.rows.push_back({{format_number(d.lambda), format_number(d.train_noise), d.quantity,
                               mean_words(d), interval_words(d), std::to_string(d.seeds)},
                              d.told() ? "#222222" : "#777777"});
        rows.push_back({d.lambda, d.train_noise, d.quantity, static_cast<std::int64_t>(d.seeds),
                        d.mean, d.low, d.high, d.spread});
    }
    if (!shown.rows.empty()) figure.parts.emplace_back(std::move(shown));
    figure.caption +=
        " Relative differences of the loss against lambda_m 0 of the same seeds, Student's "
        "95 % intervals; dark rows are told from 0.";
    figure.table = table_of({"lambda_m", "training noise", "loss", "seeds", "relative change",
                             "low", "high", "standard deviation"},
                            std::move(rows));
    figure.table.value_column = 4;
}

}  // namespace marginscope
