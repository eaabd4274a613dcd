// Losses and margins of a path against lambda_m, and clean against noisy loss.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/path/path_bands.h"
#include "figures/path/path_figures.h"

namespace marginscope {
namespace {

struct Curve {
    CellQuantity quantity;
    std::string name;
    std::string color;
};

PlotAxis lambda_axis(const PathFrame& path) {
    PlotAxis axis;
    axis.label = "lambda_m";
    axis.log = true;
    axis.ticks = lambdas_of(path);
    return axis;
}

using Rows = std::vector<std::vector<CsvCell>>;

// A series for each training noise; its band runs from the smallest to the largest seed.
void add_curve(Plot& plot, Rows& rows, const PathFrame& path, const Curve& curve, bool relative) {
    for (const double noise : train_noises_of(path)) {
        PlotSeries series;
        series.name = curve.name + (noise > 0 ? ", trained with " + format_number(noise) : "");
        series.color = curve.color;
        series.dashed = noise > 0;
        for (const BandPoint& p : band(path, curve.quantity, noise, relative)) {
            series.x.push_back(p.lambda);
            series.y.push_back(p.mean);
            series.low.push_back(p.low);
            series.high.push_back(p.high);
            rows.push_back({curve.quantity.name, noise, p.lambda, p.mean, p.low, p.high,
                            static_cast<std::int64_t>(p.seeds)});
        }
        if (!series.x.empty()) plot.series.push_back(std::move(series));
    }
}

FigureTable band_table(Rows rows) {
    FigureTable table = table_of({"quantity", "training noise", "lambda_m", "mean over seeds",
                                  "smallest", "largest", "seeds"},
                                 std::move(rows));
    table.value_column = 3;
    return table;
}

constexpr const char* kBands =
    " Lines: means over the seeds all points share; bands: smallest to largest.";

}  // namespace

void make_path_losses_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const bool relative = source.view.relative;
    Plot plot;
    Rows rows;
    plot.x = lambda_axis(path);
    plot.y.label = "cross-entropy, nats";
    add_curve(plot, rows, path, {clean_loss(), "clean", "#000000"}, relative);
    const std::vector<double> sigmas = sigmas_of(path, relative);
    for (std::size_t k = 0; k < sigmas.size(); ++k) {
        const double t = static_cast<double>(k + 1) / static_cast<double>(sigmas.size());
        add_curve(plot, rows, path,
                  {noisy_loss(sigmas[k], relative),
                   "noise " + format_number(sigmas[k]) + (relative ? " RMS" : ""),
                   hex_color(sample(ColorMap::viridis, 0.15 + 0.65 * t))},
                  relative);
    }
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption += kBands;
    figure.table = band_table(std::move(rows));
}

void make_path_margins_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    Plot singular, volume, scale;
    Rows rows;
    const std::string accent = hex_color(accent_color(false));
    add_curve(singular, rows, path, {sigma_min_median(), "median", "#222222"}, false);
    add_curve(singular, rows, path,
              {sigma_min_p5(), "5 %", hex_color(sample(ColorMap::margin, 0.3))}, false);
    add_curve(singular, rows, path, {sigma_min_smallest(), "smallest", accent}, false);
    add_curve(volume, rows, path, {logdet_mean(), "mean", "#222222"}, false);
    add_curve(scale, rows, path, {embedding_rms(), "RMS", "#222222"}, false);
    singular.y.label = "sigma_min";
    singular.share = 0.9;
    // Distances over decades, where all are above 0.
    singular.y.log =
        std::all_of(singular.series.begin(), singular.series.end(), [](const PlotSeries& s) {
            return std::all_of(s.low.begin(), s.low.end(), [](double v) { return v > 0; });
        });
    volume.y.label = "log|det J|, nats";
    scale.y.label = "embedding RMS";
    volume.share = scale.share = 0.6;
    for (Plot* plot : {&singular, &volume, &scale}) {
        plot->x = lambda_axis(path);
        if (plot != &scale) plot->x.label.clear();
        figure.parts.emplace_back(std::move(*plot));
    }
    figure.caption += kBands;
    figure.table = band_table(std::move(rows));
}

void make_pareto_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const bool relative = source.view.relative;
    const std::vector<double> sigmas = sigmas_of(path, relative);
    if (sigmas.empty()) {
        figure.sentence = "No model of the path was measured under noise yet.";
        return;
    }
    const CellQuantity noisy = noisy_loss(sigmas[sigmas.size() / 2], relative);
    const std::vector<double> lambdas = lambdas_of(path);
    Plot plot;
    Rows rows;
    for (std::size_t k = 0; k < lambdas.size(); ++k)
        for (const bool rival : {false, true}) {
            PlotSeries series;
            series.line = false;
            const double t = lambdas.size() > 1
                                 ? static_cast<double>(k) / static_cast<double>(lambdas.size() - 1)
                                 : 0;
            series.color = hex_color(sample(ColorMap::viridis, 0.9 * t));
            series.name = format_number(lambdas[k]) + (rival ? ", trained with noise" : "");
            for (const PathCell& cell : path.cells) {
                if (cell.lambda != lambdas[k] || (cell.train_noise > 0) != rival) continue;
                const auto x = value_of(clean_loss(), cell, relative),
                           y = value_of(noisy, cell, relative);
                if (!x || !y) continue;
                series.x.push_back(*x);
                series.y.push_back(*y);
                rows.push_back({cell.lambda, cell.seed, cell.train_noise, *x, *y});
            }
            if (!series.x.empty()) plot.series.push_back(std::move(series));
        }
    plot.x.label = "clean loss, nats";
    plot.y.label = noisy.name + ", nats";
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption += " A point for each model, lambda_m in the legend; lower left is better.";
    figure.table = table_of(
        {"lambda_m", "seed", "training noise", "clean loss [nats]", noisy.name + " [nats]"},
        std::move(rows));
    figure.table.value_column = 4;
}

}  // namespace marginscope
