// Clean against noisy loss: a point for each model, the means over seeds, and the front.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "figures/path/path_figures.h"
#include "figures/path/path_front.h"

namespace marginscope {
namespace {

using Rows = std::vector<std::vector<CsvCell>>;

std::string color_of_lambda(const std::vector<double>& lambdas, double lambda) {
    const auto at = std::find(lambdas.begin(), lambdas.end(), lambda) - lambdas.begin();
    const double t =
        lambdas.size() > 1 ? static_cast<double>(at) / static_cast<double>(lambdas.size() - 1) : 0;
    return hex_color(sample(ColorMap::viridis, 0.9 * t));
}

/// The models of one lambda, those trained with noise or the others.
PlotSeries models_of(const PathFrame& path, const CellQuantity& noisy, bool relative, double lambda,
                     bool rival, Rows& rows) {
    PlotSeries series;
    series.line = false;
    series.color = color_of_lambda(lambdas_of(path), lambda);
    series.name = format_number(lambda) + (rival ? ", trained with noise" : "");
    series.rings = rival;
    for (const PathCell& cell : path.cells) {
        if (cell.lambda != lambda || (cell.train_noise > 0) != rival) continue;
        const auto x = value_of(clean_loss(), cell, relative), y = value_of(noisy, cell, relative);
        if (!x || !y) continue;
        series.x.push_back(*x);
        series.y.push_back(*y);
        series.radius.push_back(2);
        rows.push_back({cell.lambda, cell.seed, cell.train_noise, *x, *y});
    }
    return series;
}

PlotSeries stroke(std::vector<double> x, std::vector<double> y, const std::string& color,
                  double width) {
    PlotSeries series;
    series.x = std::move(x);
    series.y = std::move(y);
    series.color = color;
    series.markers = false;
    series.width = width;
    return series;
}

/// Crosses of both intervals, the means, and the line through the front.
void add_means(Plot& plot, const PathFrame& path, const std::vector<FrontPoint>& points) {
    const std::vector<double> lambdas = lambdas_of(path);
    PlotSeries front = stroke({}, {}, "#666666", 1.2);
    front.name = "front";
    for (const FrontPoint& point : front_of(points)) {
        front.x.push_back(point.clean.value);
        front.y.push_back(point.noisy.value);
    }
    plot.series.push_back(std::move(front));
    for (const FrontPoint& point : points) {
        const std::string color = color_of_lambda(lambdas, point.lambda);
        const Interval &x = point.clean, &y = point.noisy;
        if (std::isfinite(x.low) && std::isfinite(y.low)) {
            plot.series.push_back(stroke({x.low, x.high}, {y.value, y.value}, color, 0.8));
            plot.series.push_back(stroke({x.value, x.value}, {y.low, y.high}, color, 0.8));
        }
        PlotSeries mean = stroke({x.value}, {y.value}, color, 1.8);
        mean.line = false;
        mean.markers = true;
        mean.radius = {5};
        mean.rings = point.train_noise > 0;
        plot.series.push_back(std::move(mean));
    }
}

}  // namespace

void make_pareto_figure(const FigureSource& source, Figure& figure) {
    if (!has_path(source, true, figure)) return;
    const PathFrame& path = *source.frames.path;
    const bool relative = source.view.relative;
    const std::vector<double> sigmas = sigmas_of(path, relative);
    if (sigmas.empty()) {
        figure.sentence = "No model of the path was measured under noise yet.";
        return;
    }
    const CellQuantity noisy =
        noisy_loss(sigmas[weighed_sigma(sigmas, source.view.path.weighed)], relative);
    Plot plot;
    Rows rows;
    for (const double lambda : lambdas_of(path))
        for (const bool rival : {false, true}) {
            PlotSeries series = models_of(path, noisy, relative, lambda, rival, rows);
            if (!series.x.empty()) plot.series.push_back(std::move(series));
        }
    add_means(plot, path, front_points(path, noisy, relative));
    plot.x.label = "clean loss, nats";
    plot.y.label = noisy.name + ", nats";
    plot.share = 1.4;
    figure.parts.emplace_back(std::move(plot));
    figure.caption +=
        " A small point for each model, lambda_m in the legend; large: means over the seeds that "
        "all share, crosses their 95 % intervals. Rings were trained with noise. The front: what "
        "nothing else beats in both; lower left is better.";
    figure.table = table_of(
        {"lambda_m", "seed", "training noise", "clean loss [nats]", noisy.name + " [nats]"},
        std::move(rows));
    figure.table.value_column = 4;
}

}  // namespace marginscope
