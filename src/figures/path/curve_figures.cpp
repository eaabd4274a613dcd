// Losses and margins of a path against lambda_m.
#include <algorithm>
#include <cmath>

#include "core/messages/split_words.h"
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

struct Look {
    bool relative = false;
    bool seeds = true;  // each as a thin line
};

void add_seeds(Plot& plot, const PathFrame& path, const Curve& curve, double noise, Look look) {
    for (SeedLine& line : seed_lines(path, curve.quantity, noise, look.relative)) {
        PlotSeries series;
        series.x = std::move(line.lambdas);
        series.y = std::move(line.values);
        series.color = curve.color;
        series.markers = series.x.size() == 1;
        series.dashed = noise > 0;
        series.width = 0.6;
        plot.series.push_back(std::move(series));
    }
}

/// A mean for each stretch between splits; where seeds split, a ring for each group.
void add_means(Plot& plot, const std::vector<BandPoint>& points, const PlotSeries& like) {
    PlotSeries rings = like;
    rings.line = false;
    rings.rings = true;
    rings.name.clear();
    for (const BandPoint& p : points)
        for (const BandGroup& group : p.groups) {
            rings.x.push_back(p.lambda);
            rings.y.push_back(group.mean);
            rings.radius.push_back(4);
        }
    bool named = false;
    for (const auto& [from, to] : unbroken(points)) {
        PlotSeries series = like;
        if (named) series.name.clear();
        named = true;
        for (std::size_t k = from; k < to; ++k) {
            series.x.push_back(points[k].lambda);
            series.y.push_back(points[k].mean);
            series.low.push_back(points[k].low);
            series.high.push_back(points[k].high);
        }
        plot.series.push_back(std::move(series));
    }
    if (!rings.x.empty()) plot.series.push_back(std::move(rings));
}

// A series for each training noise; its band runs from the smallest to the largest seed.
void add_curve(Plot& plot, Rows& rows, const PathFrame& path, const Curve& curve, Look look) {
    for (const double noise : train_noises_of(path)) {
        PlotSeries like;
        like.name = curve.name + (noise > 0 ? ", trained with " + format_number(noise) : "");
        like.color = curve.color;
        like.dashed = noise > 0;
        const auto row = [&](double lambda, double mean, double low, double high, int seeds) {
            rows.push_back({curve.quantity.name, noise, lambda, mean, low, high,
                            static_cast<std::int64_t>(seeds)});
        };
        const std::vector<BandPoint> points = band(path, curve.quantity, noise, look.relative);
        for (const BandPoint& p : points) {
            if (!p.split()) row(p.lambda, p.mean, p.low, p.high, p.seeds);
            for (const BandGroup& g : p.groups) row(p.lambda, g.mean, g.low, g.high, g.seeds);
        }
        if (look.seeds) add_seeds(plot, path, curve, noise, look);
        add_means(plot, points, like);
    }
}

FigureTable band_table(Rows rows) {
    FigureTable table = table_of({"quantity", "training noise", "lambda_m", "mean over seeds",
                                  "smallest", "largest", "seeds"},
                                 std::move(rows));
    table.value_column = 3;
    return table;
}

std::string bands_caption(const PathFrame& path, bool seeds) {
    std::string words = " Lines: means over the seeds all points share; bands: smallest to largest";
    words += seeds ? "; thin lines: each seed." : ".";
    for (const SeedSplit& split : path.splits) words += " " + split_sentence(split);
    if (!path.splits.empty()) words += " Rings are the means of the two groups.";
    return words;
}

}  // namespace

void make_path_losses_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const bool relative = source.view.relative;
    const Look look{relative, source.view.path.seed_lines};
    Plot plot;
    Rows rows;
    plot.x = lambda_axis(path);
    plot.y.label = "cross-entropy, nats";
    add_curve(plot, rows, path, {clean_loss(), "clean", "#000000"}, look);
    const std::vector<double> sigmas = sigmas_of(path, relative);
    for (std::size_t k = 0; k < sigmas.size(); ++k) {
        const double t = static_cast<double>(k + 1) / static_cast<double>(sigmas.size());
        add_curve(plot, rows, path,
                  {noisy_loss(sigmas[k], relative),
                   "noise " + format_number(sigmas[k]) + (relative ? " RMS" : ""),
                   hex_color(sample(ColorMap::viridis, 0.15 + 0.65 * t))},
                  look);
    }
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption += bands_caption(path, source.view.path.seed_lines);
    figure.table = band_table(std::move(rows));
}

void make_path_margins_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const Look look{false, source.view.path.seed_lines};
    Plot singular, volume, scale;
    Rows rows;
    const std::string accent = hex_color(accent_color(false));
    add_curve(singular, rows, path, {sigma_min_median(), "median", "#222222"}, look);
    add_curve(singular, rows, path,
              {sigma_min_p5(), "5 %", hex_color(sample(ColorMap::margin, 0.3))}, look);
    add_curve(singular, rows, path, {sigma_min_smallest(), "smallest", accent}, look);
    add_curve(volume, rows, path, {logdet_mean(), "mean", "#222222"}, look);
    add_curve(scale, rows, path, {embedding_rms(), "RMS", "#222222"}, look);
    singular.y.label = "sigma_min";
    singular.share = 0.9;
    // Distances over decades, where all are above 0.
    singular.y.log =
        std::all_of(singular.series.begin(), singular.series.end(), [](const PlotSeries& s) {
            return std::all_of(s.y.begin(), s.y.end(), [](double v) { return v > 0; }) &&
                   std::all_of(s.low.begin(), s.low.end(), [](double v) { return v > 0; });
        });
    volume.y.label = "log|det J|, nats";
    scale.y.label = "embedding RMS";
    volume.share = scale.share = 0.6;
    for (Plot* plot : {&singular, &volume, &scale}) {
        plot->x = lambda_axis(path);
        if (plot != &scale) plot->x.label.clear();
        figure.parts.emplace_back(std::move(*plot));
    }
    figure.caption += bands_caption(path, source.view.path.seed_lines);
    figure.table = band_table(std::move(rows));
}

}  // namespace marginscope
